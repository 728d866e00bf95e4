/* test_address.c - address lists, paths, and mailboxes for header fields */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/address_parse.h"

/* Mailboxes as "display|path" joined with " & ". */
static void add_list(struct str *out, const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		CLEANUP(mem_free_at) char *path = address_path(&list->items[i]);
		const char *display = list->items[i].display;
		str_addf(out, "%s%s%s%s", i ? " & " : "", display ? display : "",
			 display ? "|" : "", path);
	}
}

static void test_lists(void)
{
	static const struct {
		const char *input;
		const char *expected;
	} table[] = {
		/* addr-specs, bare names, name-addrs */
		{ "", "" },
		{ "  \r\n ", "" },
		{ "a@b", "a@b" },
		{ "root", "root" },
		{ "<root>", "root" },
		{ "<a@b>", "a@b" },
		{ "a@b,c@d", "a@b & c@d" },
		{ "a@b , c@d ,e@f", "a@b & c@d & e@f" },
		{ "Bob <a@b>", "Bob|a@b" },
		{ "Bob<a@b>", "Bob|a@b" },
		{ "Bob Smith <a@b>", "Bob Smith|a@b" },
		{ "Bob   Smith <a@b>", "Bob Smith|a@b" },
		{ "\"Doe, John\" <a@b>", "Doe, John|a@b" },
		{ "\"Bob \\\"the\\\\ builder\\\"\" <a@b>", "Bob \"the\\ builder\"|a@b" },
		{ "\"a\"\"b\" <c@d>", "a b|c@d" },
		{ "\"\" <a@b>", "a@b" },
		{ "J. R. Smith <a@b>", "J. R. Smith|a@b" },
		{ "J.R. Smith <a@b>", "J.R. Smith|a@b" },
		{ "\"J.\" R. <a@b>", "J. R.|a@b" },
		{ "-f <-x@b>", "-f|-x@b" },
		{ "a+tag@b", "a+tag@b" },
		{ "a%b@c", "a%b@c" },
		{ "host!user@b", "host!user@b" },
		{ "a@under_score.example", "a@under_score.example" },
		{ "a@b-c.d", "a@b-c.d" },
		{ "A@B.Example", "A@B.Example" },
		/* quoted local parts, canonical */
		{ "\"bob smith\"@x", "\"bob smith\"@x" },
		{ "<\"bob smith\"@x>", "\"bob smith\"@x" },
		{ "\"a@b\"@c", "\"a@b\"@c" },
		{ "<\"a@b\"@c>", "\"a@b\"@c" },
		{ "\"bob\"@x", "bob@x" },
		{ "\"a.b\"@x", "a.b@x" },
		{ "\"a\".b@x", "a.b@x" },
		{ "\"a b\".c@x", "\"a b.c\"@x" },
		{ "\"a\\\"b\"@x", "\"a\\\"b\"@x" },
		{ "\"a\\bc\"@x", "abc@x" },
		{ "\"<\"@x", "\"<\"@x" },
		{ "\".a\"@x", "\".a\"@x" },
		{ "a..b@x", "\"a..b\"@x" },
		{ "a.@x", "\"a.\"@x" },
		{ "\"two names\"", "\"two names\"" },
		/* comments */
		{ "a@b (Bob)", "a@b" },
		{ "(Bob) a@b", "a@b" },
		{ "a(b)@(c)d(e)", "a@d" },
		{ "a@b.(x)c", "a@b.c" },
		{ "(a (nested (deep)) one) a@b", "a@b" },
		{ "(a \\) b) a@b", "a@b" },
		{ "(a \\( b) a@b", "a@b" },
		{ "(\"not quoted) a@b", "a@b" },
		{ "(c, d@e) a@b", "a@b" },
		{ "Bob (x) Smith (y) <(z) a@b (z)> (z)", "Bob Smith|a@b" },
		{ "(only)", "" },
		{ "(x),(y)", "" },
		/* folding */
		{ " a@b\r\n", "a@b" },
		{ "a@b,\r\n c@d", "a@b & c@d" },
		{ "a@b,\n\tc@d", "a@b & c@d" },
		{ "Bob\r\n Smith\r\n <a@b>", "Bob Smith|a@b" },
		{ "\"Bob\r\n Smith\" <a@b>", "Bob Smith|a@b" },
		{ "a\r\n @\r\n b", "a@b" },
		{ "(a\r\n b) a@b", "a@b" },
		{ "a@b\r\n \r\n ,c@d", "a@b & c@d" },
		/* obsolete forms */
		{ "a @ b . c", "a@b.c" },
		{ "a . b@c", "a.b@c" },
		{ "<a . b @ c . d>", "a.b@c.d" },
		{ "<@a,@b:c@d>", "c@d" },
		{ "<@a:c@d>", "c@d" },
		{ "<,@a,,@b.c:c@d>", "c@d" },
		{ "Bob <@[127.0.0.1]:c@d>", "Bob|c@d" },
		{ ",,", "" },
		{ ",a@b,,c@d,", "a@b & c@d" },
		{ "a@b, (x), c@d", "a@b & c@d" },
		/* groups */
		{ "undisclosed-recipients:;", "" },
		{ "undisclosed recipients: ;", "" },
		{ "undisclosed-recipients:", "" },
		{ "Friends: a@b, c@d;", "a@b & c@d" },
		{ "Friends:a@b;", "a@b" },
		{ "A B: Bob <a@b>, \"c d\"@e;, f@g", "Bob|a@b & \"c d\"@e & f@g" },
		{ "\"A: B\": a@b;", "a@b" },
		{ "A:;, B:;,c@d", "c@d" },
		{ "x@y, A: a@b,, ; , c@d", "x@y & a@b & c@d" },
		{ "A: (nobody) ; (really)", "" },
		/* domain literals */
		{ "a@[127.0.0.1]", "a@[127.0.0.1]" },
		{ "a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]" },
		{ "Bob <a@[IPv6:::1]>", "Bob|a@[IPv6:::1]" },
		{ "a @ [127.0.0.1] ", "a@[127.0.0.1]" },
		/* beyond ASCII */
		{ "Jörg <j@x>", "Jörg|j@x" },
		{ "jörg@müller.example", "jörg@müller.example" },
		{ "\"jö rg\"@x", "\"jö rg\"@x" },
		{ "用户@例子.example", "用户@例子.example" },
		{ "Jörg Müller. <j@x>", "Jörg Müller.|j@x" },
		{ "(ü) a@b", "a@b" },
		{ "=?utf-8?Q?J=C3=B6rg?= <j@x>", "=?utf-8?Q?J=C3=B6rg?=|j@x" },
		{ "J\xF6rg <j@x>", "J\xF6rg|j@x" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(address_list_done) struct address_list list = { 0 };
		CLEANUP(str_done) struct str found = STR_INIT;
		test_case("list/%s", table[i].input);
		EXPECT(address_parse_list(table[i].input, strlen(table[i].input), &list, &err));
		EXPECT_TEXT(err.text, NULL);
		add_list(&found, &list);
		EXPECT_TEXT(found.bytes, table[i].expected);
	}
}

static void test_broken_lists(void)
{
	static const struct {
		const char *input;
		const char *error;
	} table[] = {
		{ "a b@c", "'a b@c': at 'b@c': expected '<' or a comma" },
		{ "x@y, a b@c, d@e", "'a b@c': at 'b@c': expected '<' or a comma" },
		{ "bob smith", "'bob smith': at 'smith': expected '<' or a comma" },
		{ "a@b c@d", "'a@b c@d': at 'c@d': expected a comma" },
		{ "\"a@b", "'\"a@b': at the end: expected '\"'" },
		{ "\"a\\", "'\"a\\': at the end: expected '\"'" },
		{ "(a@b", "'(a@b': at the end: expected ')'" },
		{ "a@b, (c", "'(c': at the end: expected ')'" },
		{ "((a) b@c", "'((a) b@c': at the end: expected ')'" },
		{ "a@b)", "'a@b)': at ')': expected a comma" },
		{ ")", "')': expected an address" },
		{ "<>", "'<>': at '>': expected an address" },
		{ "Bob <>", "'Bob <>': at '>': expected an address" },
		{ "<@a:>", "expected an address" },
		{ "<@a c@d>", "expected ':'" },
		{ "<@:c@d>", "expected a domain" },
		{ "<Bob: a@b>", "expected '>'" },
		{ "@b", "'@b': expected an address" },
		{ ".@b", "expected an address" },
		{ "a@", "'a@': at the end: expected a domain" },
		{ "a@,b@c", "'a@,b@c': at ',b@c': expected a domain" },
		{ "a@@b", "'a@@b': at '@b': expected a domain" },
		{ "a@b@c", "'a@b@c': at '@c': expected a comma" },
		{ "a@b..c", "expected a domain" },
		{ "a@.b", "expected a domain" },
		{ "a@\"b\"", "expected a domain" },
		{ "a@b!c", "'a@b!c': the domain is broken" },
		{ "a@[127.0.0.1", "expected ']'" },
		{ "a@[127.0. 0.1]", "expected ']'" },
		{ "a@[]", "'a@[]': the address literal is broken" },
		{ "a@[1]b", "expected a comma" },
		{ "a@[1].b", "expected a comma" },
		{ "[1]", "expected an address" },
		{ "a\\b@c", "'a\\b@c': at '\\b@c': expected a comma" },
		{ "\"a\"b@c", "expected '<' or a comma" },
		{ "a\"b\"@c", "expected '<' or a comma" },
		{ "bob(x)smith@y", "expected '<' or a comma" },
		{ "\"\"@c", "'\"\"@c': expected a local part" },
		{ "\"\"", "'\"\"': expected a local part" },
		{ ":a@b;", "':a@b;': expected an address" },
		{ "a@b\r\nRCPT TO:<c@d>", "expected no control character" },
		{ "a@b\nc@d", "expected no control character" },
		{ "a@b\r c@d", "expected no control character" },
		{ "a\x01@b", "'a?@b': at '?@b': expected no control character" },
		{ "a@b\x7F", "expected no control character" },
		{ "\"a\x02\"@b", "expected no control character" },
		{ "\"a\\\x02\"@b", "expected no control character" },
		{ "\"a\nb\"@c", "expected no control character" },
		{ "(\x1B[2J) a@b", "expected no control character" },
		{ "\"a\tb\"@c", "expected no control character" },
		{ "a\xC2\x85@b", "expected no control character" },
		{ "a\xFF@b", "'a?@b': expected UTF-8" },
		{ "a@b\xC3", "expected UTF-8" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(address_list_done) struct address_list list = { 0 };
		test_case("broken/%s", table[i].input);
		EXPECT(!address_parse_list(table[i].input, strlen(table[i].input), &list, &err));
		EXPECT_NUMBER(err.kind, ERR_INPUT);
		EXPECT_PART(err.text, table[i].error);
		EXPECT_NUMBER(list.count, 0);
	}
}

static void test_list_edges(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(str_done) struct str text = STR_INIT;

	test_case("list appends");
	EXPECT(address_parse_list("a@b", 3, &list, &err));
	EXPECT(address_parse_list("c@d", 3, &list, &err));
	EXPECT_NUMBER(list.count, 2);

	test_case("a failure leaves the list as it was");
	EXPECT(!address_parse_list("e@f, g h@i", 10, &list, &err));
	EXPECT_NUMBER(list.count, 2);

	test_case("the length counts, not the terminator");
	EXPECT(address_parse_list("e@fx", 3, &list, &err));
	EXPECT_TEXT(list.items[list.count - 1].domain, "f");

	test_case("a NUL is a control character");
	EXPECT(!address_parse_list("a@b\0c", 5, &list, &err));
	EXPECT_PART(err.text, "expected no control character");
	EXPECT(!address_parse_list("\"a\0\"@b", 6, &list, &err));
	EXPECT(!address_parse_list("(\0) a@b", 7, &list, &err));

	test_case("a hundred thousand open comments");
	for (int i = 0; i < 100000; i++)
		str_add_char(&text, '(');
	EXPECT(!address_parse_list(text.bytes, text.len, &list, &err));
	EXPECT(strlen(err.text) < 300);
	for (int i = 0; i < 100000; i++)
		str_add_char(&text, ')');
	str_add(&text, "x@y");
	EXPECT(address_parse_list(text.bytes, text.len, &list, &err));

	test_case("fifty thousand addresses");
	address_list_done(&list);
	str_clear(&text);
	for (int i = 0; i < 50000; i++)
		str_addf(&text, "user%d@example.org,\r\n ", i);
	EXPECT(address_parse_list(text.bytes, text.len, &list, &err));
	EXPECT_NUMBER(list.count, 50000);

	test_case("an excerpt is short and whole UTF-8");
	str_clear(&text);
	for (int i = 0; i < 1000; i++)
		str_add(&text, "ö");
	str_add(&text, " x");
	EXPECT(!address_parse_list(text.bytes, text.len, &list, &err));
	EXPECT_PART(err.text, "öööö...'");
	EXPECT(strlen(err.text) < 300);
	EXPECT(str_is_utf8(err.text, strlen(err.text)));
}

static void test_paths(void)
{
	static const struct {
		const char *input;
		const char *expected; /* NULL: refused */
	} table[] = {
		{ "a@b", "a@b" },
		{ "<a@b>", "a@b" },
		{ "root", "root" },
		{ "<root>", "root" },
		{ "-a@b", "-a@b" },
		{ "\"bob smith\"@x", "\"bob smith\"@x" },
		{ "\"bob\"@x", "bob@x" },
		{ "a@[127.0.0.1]", "a@[127.0.0.1]" },
		{ "jörg@müller.example", "jörg@müller.example" },
		{ "a..b@x", "\"a..b\"@x" },
		{ "<@a,@b:c@d>", "c@d" },
		{ "", NULL },
		{ " ", NULL },
		{ "<>", NULL },
		{ "@b", NULL },
		{ "a@", NULL },
		{ "a@b,c@d", NULL },
		{ "a@b,", NULL },
		{ "A:;", NULL },
		{ "A: a@b;", NULL },
		{ "Bob <a@b>", NULL },
		{ "a@b>", NULL },
		{ "a@b> SIZE=1", NULL },
		{ "a@b SIZE=1", NULL },
		{ "<a@b> BODY=8BITMIME", NULL },
		{ "a b", NULL },
		{ "<a@b", NULL },
		{ "a@b\r\nRCPT TO:<c@d>", NULL },
		{ "a@b\n", NULL },
		{ "a@b\r", NULL },
		{ "a@b\r\n ", NULL },
		{ "a@b\tx", NULL },
		{ "a\x7F@b", NULL },
		{ "\xFF@b", NULL },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(address_done) struct address address = { 0 };
		CLEANUP(mem_free_at) char *path = NULL;
		test_case("path/%s", table[i].input);
		if (address_parse_path(table[i].input, &address, &err))
			path = address_path(&address);
		EXPECT_TEXT(path, table[i].expected);
		EXPECT_NUMBER(err.kind, table[i].expected ? ERR_NONE : ERR_INPUT);
	}
}

static void test_checks(void)
{
	static const struct {
		const char *input;
		const char *error; /* NULL: it passes */
	} table[] = {
		{ "a@b", NULL },
		{ "root", NULL },
		{ "a%b@c", NULL },
		{ "a..b@c", NULL },
		{ "a.@c", NULL },
		{ "\"a b\"@c", NULL },
		{ "\"a\\\"b\"@c", NULL },
		{ "\"<>@\"@c", NULL },
		{ "\"a\"", NULL },
		{ "a@b_c", NULL },
		{ "a@[IPv6:::1]", NULL },
		{ "ö@ö", NULL },
		{ "", "'': expected a local part" },
		{ "@b", "expected a local part" },
		{ "\"\"@b", "expected a local part" },
		{ "a@", "the domain is broken" },
		{ "a@b@c", "the domain is broken" },
		{ "a@b c", "the domain is broken" },
		{ "a@b>", "the domain is broken" },
		{ "a@<b", "the domain is broken" },
		{ "a@b.", "the domain is broken" },
		{ "a@.b", "the domain is broken" },
		{ "a@b..c", "the domain is broken" },
		{ "a@b/c", "the domain is broken" },
		{ "a@[", "the address literal is broken" },
		{ "a@[]", "the address literal is broken" },
		{ "a@[1", "the address literal is broken" },
		{ "a@[1]x", "the address literal is broken" },
		{ "a@[1 2]", "the address literal is broken" },
		{ "a b@c", "needs quotes" },
		{ "a>b@c", "needs quotes" },
		{ "<a@c>", "expected a local part" },
		{ "a,b@c", "needs quotes" },
		{ "a(b)@c", "needs quotes" },
		{ "a\"b@c", "needs quotes" },
		{ "\"a@b", "expected '\"'" },
		{ "\"a\\\"@b", "expected '\"'" },
		{ "\"a\"b@c", "expected '@'" },
		{ "\"a\"\"b\"@c", "needs quotes" },
		{ "a\r\n@b", "'a?\\n@b': expected no control character" },
		{ "\"a\r\n\"@b", "expected no control character" },
		{ "\"a\tb\"@c", "expected no control character" },
		{ "a@b\x7F", "expected no control character" },
		{ "a@b\xC2\x9B", "expected no control character" },
		{ "a@b\xFF", "expected UTF-8" },
		{ "\xED\xA0\x80@b", "expected UTF-8" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		test_case("check/%s", table[i].input);
		bool is_good = address_check(table[i].input, &err);
		EXPECT_NUMBER(is_good, table[i].error == NULL);
		if (table[i].error)
			EXPECT_PART(err.text, table[i].error);
		EXPECT_NUMBER(err.kind, is_good ? ERR_NONE : ERR_INPUT);
	}
}

/* A path with a local part and a domain of these lengths; the domain is of labels of 50. */
static bool check_lengths(size_t local, size_t domain, struct err *err)
{
	CLEANUP(str_done) struct str path = STR_INIT;

	for (size_t i = 0; i < local; i++)
		str_add_char(&path, 'l');
	str_add_char(&path, '@');
	for (size_t i = 0; i < domain; i++)
		str_add_char(&path, i % 51 == 50 ? '.' : 'd');
	return address_check(path.bytes, err);
}

static void test_lengths(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	test_case("local part of 65 octets");
	EXPECT(check_lengths(65, 10, &err));
	test_case("address of 255 octets");
	EXPECT(check_lengths(5, 249, &err));
	test_case("address of 900 octets");
	EXPECT(check_lengths(889, 10, &err));
	test_case("address of 901 octets");
	EXPECT(!check_lengths(890, 10, &err));
	EXPECT_PART(err.text, "longer than 900 octets");
	test_case("domain of 254 octets");
	EXPECT(check_lengths(1, 254, &err));
	test_case("domain of 256 octets");
	EXPECT(!check_lengths(1, 256, &err));
	EXPECT_PART(err.text, "longer than 255 octets");
}

static void test_mailboxes(void)
{
	static const struct {
		const char *phrase;
		const char *path;
		const char *expected;
	} table[] = {
		{ NULL, "a@b", "a@b" },
		{ "", "a@b", "a@b" },
		{ "Bob", "a@b", "Bob <a@b>" },
		{ "Bob Smith", "a@b", "Bob Smith <a@b>" },
		{ "Doe, John", "a@b", "\"Doe, John\" <a@b>" },
		{ "J. Smith", "a@b", "\"J. Smith\" <a@b>" },
		{ "Bob  Smith", "a@b", "\"Bob  Smith\" <a@b>" },
		{ " Bob", "a@b", "\" Bob\" <a@b>" },
		{ "Bob \"B\" \\", "a@b", "\"Bob \\\"B\\\" \\\\\" <a@b>" },
		{ "a@b", "c@d", "\"a@b\" <c@d>" },
		{ "Bob\r\nBcc: x@y", "a@b", "\"Bob?\\\\nBcc: x@y\" <a@b>" },
		{ "Bob\x1B[2J", "a@b", "\"Bob?[2J\" <a@b>" },
		{ "Bob", "\"b s\"@x", "Bob <\"b s\"@x>" },
		{ "Jörg", "j@x", "=?UTF-8?B?SsO2cmc=?= <j@x>" },
		{ "J\xF6rg", "j@x", "J?rg <j@x>" },
		{ "Jörg Müller, der Ältere aus Köln am Rhein", "j@x.example",
		  "=?UTF-8?B?SsO2cmcgTcO8bGxlciwgZGVyIMOEbHRlcmUgYXVzIEvDtmxu?=\r\n"
		  " =?UTF-8?B?IGFtIFJoZWlu?= <j@x.example>" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		test_case("mailbox/%s/%s", table[i].phrase ? table[i].phrase : "(NULL)",
			  table[i].path);
		address_add_mailbox(&out, table[i].phrase, table[i].path);
		EXPECT_TEXT(out.bytes, table[i].expected);
	}
}

static void test_long_mailbox(void)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	char name[1000];

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	test_case("a name of 999 octets stays within lines of 76");
	address_add_mailbox(&out, name, "a@b");
	size_t column = 14;
	for (size_t i = 0; i < out.len; i++) {
		column = out.bytes[i] == '\n' ? 0 : column + 1;
		EXPECT(column <= 77);
	}
	EXPECT_PART(out.bytes, " <a@b>");

	test_case("a long path goes to a line of its own");
	str_clear(&out);
	str_add(&out, "From: ");
	address_add_mailbox(&out, "Somebody With A Name",
			    "somebody.with.an.address@department.organisation.example");
	EXPECT_PART(out.bytes, "From: Somebody With A Name\r\n <somebody.with");
}

int main(void)
{
	test_begin("address");
	test_lists();
	test_broken_lists();
	test_list_edges();
	test_paths();
	test_checks();
	test_lengths();
	test_mailboxes();
	test_long_mailbox();
	return test_end();
}
