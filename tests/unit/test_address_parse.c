/* test_address_parse.c - address fields as callers write them, and their legal form */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/address_parse.h"
#include "mail/rewrite.h"

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

/* Forms beyond the grammar; `legal` is the field's new body, NULL if it stays. */
static const struct {
	const char *input;
	const char *expected;
	const char *legal;
} liberal[] = {
	/* any text before the one address in brackets */
	{ "bob@x <bob@x>", "bob@x|bob@x", "\"bob@x\" <bob@x>" },
	{ "evil@x <bob@y>", "evil@x|bob@y", "\"evil@x\" <bob@y>" },
	{ "\"evil@x\" <bob@y>", "evil@x|bob@y", NULL },
	{ "(evil@x) <bob@y>", "bob@y", NULL },
	{ "Bob @ Home <bob@x>", "Bob @ Home|bob@x", "\"Bob @ Home\" <bob@x>" },
	{ "@Bob <bob@x>", "@Bob|bob@x", "\"@Bob\" <bob@x>" },
	{ "Dr. Bob [Sales] <bob@x>", "Dr. Bob [Sales]|bob@x", "\"Dr. Bob [Sales]\" <bob@x>" },
	{ "[Sales] <bob@x>", "[Sales]|bob@x", "\"[Sales]\" <bob@x>" },
	{ "Bob [the boss] <bob@x>", "Bob [the boss]|bob@x", "\"Bob [the boss]\" <bob@x>" },
	{ "Bob \\ Co <bob@x>", "Bob \\ Co|bob@x", "\"Bob \\\\ Co\" <bob@x>" },
	{ "Bob > Sales <bob@x>", "Bob > Sales|bob@x", "\"Bob > Sales\" <bob@x>" },
	{ "Bob) <bob@x>", "Bob)|bob@x", "\"Bob)\" <bob@x>" },
	{ "Bob \"Bobby\" O'Hara <bob@x>", "Bob Bobby O'Hara|bob@x", NULL },
	{ "'Bob' <bob@x>", "'Bob'|bob@x", NULL },
	{ "'bob@x' <bob@x>", "'bob@x'|bob@x", "\"'bob@x'\" <bob@x>" },
	{ "Bob B. Bobson <bob@x>", "Bob B. Bobson|bob@x", NULL },
	{ "J\xC3\xB6rg @ Home <bob@x>", "J\xC3\xB6rg @ Home|bob@x",
	  "\"J\xC3\xB6rg @ Home\" <bob@x>" },
	{ "J\xF6rg @ Home <bob@x>", "J\xF6rg @ Home|bob@x", "\"J\xF6rg @ Home\" <bob@x>" },
	{ "=?utf-8?Q?Doe,_John?= <j@x>", "=?utf-8?Q?Doe=2C_John?=|j@x",
	  "=?utf-8?Q?Doe=2C_John?= <j@x>" },
	{ "=?utf-8?Q?J=C3=B6rg_<evil@x>?= <j@x>", "=?utf-8?Q?J=C3=B6rg_=3Cevil=40x=3E?=|j@x",
	  "=?utf-8?Q?J=C3=B6rg_=3Cevil=40x=3E?= <j@x>" },
	{ "=?utf-8)?Q?J?= <j@x>", "=?utf-8)?Q?J?=|j@x", "\"=?utf-8)?Q?J?=\" <j@x>" },
	{ "=?utf-8?B?w6Q=?= [Sales, EU] <j@x>", NULL, NULL },
	{ "=?utf-8?B?w6Q=?= [Sales] Dept <j@x>", "=?utf-8?B?w6Q=?= [Sales] Dept|j@x",
	  "=?utf-8?B?w6Q=?= \"[Sales] Dept\" <j@x>" },
	/* a name without brackets around the address */
	{ "\"Bob\" bob@x", "Bob|bob@x", "Bob <bob@x>" },
	{ "\"Doe, John\" bob@x", "Doe, John|bob@x", "\"Doe, John\" <bob@x>" },
	{ "Bob bob@x", "Bob|bob@x", "Bob <bob@x>" },
	{ "Bob Smith bob@x, c@y", "Bob Smith|bob@x & c@y", "Bob Smith <bob@x>, c@y" },
	{ "J. Smith bob@x", "J. Smith|bob@x", "\"J. Smith\" <bob@x>" },
	{ "J\xC3\xB6rg bob@x", "J\xC3\xB6rg|bob@x", "\"J\xC3\xB6rg\" <bob@x>" },
	{ "bob (Bob) bob@x", NULL, NULL },
	{ "root bob@x", NULL, NULL },
	{ "a@x b@y", NULL, NULL },
	{ "a@x b@y c@z", NULL, NULL },
	{ "bob at x.com", NULL, NULL },
	{ "bob@x and carol@y", NULL, NULL },
	{ "bob@x Bob", NULL, NULL },
	{ "Dr. bob@x", NULL, NULL },
	{ "bob@x. Thanks", NULL, NULL },
	{ "bob @x", "bob@x", "bob@x" },
	/* separators */
	{ "a@x; b@y", "a@x & b@y", "a@x, b@y" },
	{ "a@x;b@y;", "a@x & b@y", "a@x, b@y" },
	{ "Bob <bob@x>; Carol <carol@y>;", "Bob|bob@x & Carol|carol@y",
	  "Bob <bob@x>, Carol <carol@y>" },
	{ "a@x;", "a@x", "a@x" },
	{ "a@x,", "a@x", "a@x" },
	{ ",,a@x", "a@x", "a@x" },
	{ "a@x,,b@y", "a@x & b@y", "a@x, b@y" },
	{ "a@x,;b@y", "a@x & b@y", "a@x, b@y" },
	{ ";", "", "undisclosed-recipients:;" },
	{ "Bob <bob@x> Carol <carol@y>", "Bob|bob@x & Carol|carol@y",
	  "Bob <bob@x>, Carol <carol@y>" },
	{ "<bob@x><carol@y>", "bob@x & carol@y", "<bob@x>, <carol@y>" },
	{ "bob@x <bob@x> carol@y <carol@y>", "bob@x|bob@x & carol@y|carol@y",
	  "\"bob@x\" <bob@x>, \"carol@y\" <carol@y>" },
	{ "<bob@x> Bob", "Bob|bob@x", "Bob <bob@x>" },
	{ "<bob@x> \"bob\"", "bob|bob@x", "bob <bob@x>" },
	{ "<bob@x> root", NULL, NULL },
	{ "<bob@x> carol@y", NULL, NULL },
	{ "a@x (c; d), b@y", "a@x & b@y", NULL },
	{ "\"a;b\"@x; c@y", "\"a;b\"@x & c@y", "\"a;b\"@x, c@y" },
	/* brackets */
	{ "<bob@x", "bob@x", "bob@x" },
	{ "Bob <bob@x, carol@y", "Bob|bob@x & carol@y", "Bob <bob@x>, carol@y" },
	{ "Bob <bob@x; Carol <carol@y>", "Bob|bob@x & Carol|carol@y",
	  "Bob <bob@x>, Carol <carol@y>" },
	{ "bob@x>", "bob@x", "bob@x" },
	{ "Bob bob@x>", "Bob|bob@x", "Bob <bob@x>" },
	{ "Bob <<bob@x>>", "Bob|bob@x", "Bob <bob@x>" },
	{ "<<<bob@x>", "bob@x", "bob@x" },
	{ "Bob <bob@x>>", "Bob|bob@x", "Bob <bob@x>" },
	{ "Bob <bob@x> (comment)", "Bob|bob@x", NULL },
	{ "<bob@x> (comment)", "bob@x", NULL },
	{ "Bob < bob@x >", "Bob|bob@x", NULL },
	{ "Bob <bob@x carol@y>", NULL, NULL },
	{ "Bob <bob@x,carol@y>", "Bob|bob@x & carol@y", "Bob <bob@x>, carol@y" },
	{ "Bob <Bob bob@x>", NULL, NULL },
	/* comments and quotes without an end */
	{ "bob@x (Bob", "bob@x", "bob@x" },
	{ "Bob <bob@x> (the boss", "Bob|bob@x", "Bob <bob@x>" },
	{ "Bob <bob@x> (not eve@y", "Bob|bob@x", "Bob <bob@x>" },
	{ "Bob <bob@x> (not <eve@y>", NULL, NULL },
	{ "Bob <bob@x> (not eve@y, mallory@z", NULL, NULL },
	{ "bob@x (Bob, the boss", "bob@x", "bob@x" },
	{ "bob@x (see eve@y", "bob@x", "bob@x" },
	{ "bob@x (not eve@y, mallory@z", NULL, NULL },
	{ "bob@x (not <eve@y>, <mallory@z>", NULL, NULL },
	{ "Bob (unclosed <bob@x>", "Bob (unclosed|bob@x", "\"Bob (unclosed\" <bob@x>" },
	{ "Bob (unclosed <bob@x>, carol@y", "Bob (unclosed|bob@x & carol@y",
	  "\"Bob (unclosed\" <bob@x>, carol@y" },
	{ "Bob (not eve@y, mallory@z <bob@x>", NULL, NULL },
	{ "(bob@x", NULL, NULL },
	{ "\"Bob <bob@x>", "Bob|bob@x", "Bob <bob@x>" },
	{ "Bob\" <bob@x>", "Bob|bob@x", "Bob <bob@x>" },
	{ "\"Doe, John <bob@x>", "Doe, John|bob@x", "\"Doe, John\" <bob@x>" },
	{ "\"eve@y, John <bob@x>", NULL, NULL },
	{ "Bob \"Bobby <eve@y>, Carol \"C\" <carol@y>", NULL, NULL },
	{ "bob@x\"", "bob@x", "bob@x" },
	{ "\"bob@x", NULL, NULL },
	{ "\"bob@x, carol@y", NULL, NULL },
	{ "a@x, \"b@y", NULL, NULL },
	/* whole addresses in quotes */
	{ "\"bob@x\"", "bob@x", "bob@x" },
	{ "\"bob@x\", carol@y", "bob@x & carol@y", "bob@x, carol@y" },
	{ "<\"bob@x\">", "bob@x", "bob@x" },
	{ "<\"bob smith\">", "\"bob smith\"", NULL },
	{ "\"bob smith\"", "\"bob smith\"", NULL },
	{ "\"Bob <bob@x>\"", "\"Bob <bob@x>\"", NULL },
	{ "'bob@x'", "bob@x", "bob@x" },
	{ "<'bob@x'>", "bob@x", "bob@x" },
	{ "'bob@x", "'bob@x", NULL },
	{ "\u201Cbob@x\u201D, \u00ABc@y\u00BB; \u201Ed@z\u201C", "bob@x & c@y & d@z",
	  "bob@x, c@y, d@z" },
	{ "\u201CBob\u201D <bob@x>", "\u201CBob\u201D|bob@x", NULL },
	/* URLs */
	{ "mailto:bob@x", "bob@x", "bob@x" },
	{ "MAILTO: bob@x", "bob@x", "bob@x" },
	{ "<mailto:bob@x>", "bob@x", "bob@x" },
	{ "Bob <MailTo:bob@x>, c@y", "Bob|bob@x & c@y", "Bob <bob@x>, c@y" },
	{ "mailto:Bob <bob@x>", "Bob|bob@x", "Bob <bob@x>" },
	{ "mailto:bob@x?subject=Hi%20there", "bob@x", "bob@x" },
	{ "<mailto:bob@x?cc=eve@y>", "bob@x", "bob@x" },
	{ "mailto:bob@x?subject=a,eve@y", NULL, NULL },
	{ "mailto:bob%2Beve@x", NULL, NULL },
	{ "mailto://bob@x", NULL, NULL },
	{ "mailto:a@x,b@y", "a@x & b@y", "a@x, b@y" },
	{ "mailto", "mailto", NULL },
	{ "mailto <bob@x>", "mailto|bob@x", NULL },
	{ "Bob [mailto:bob@x]", "Bob|bob@x", "Bob <bob@x>" },
	{ "[mailto:bob@x], c@y", "bob@x & c@y", "bob@x, c@y" },
	{ "http://bob@x", NULL, NULL },
	/* dots, blanks and routes */
	{ "bob@x.", "bob@x", "bob@x" },
	{ "Bob <bob@x.>, c@y.", "Bob|bob@x & c@y", "Bob <bob@x>, c@y" },
	{ "bob @ x . y", "bob@x.y", "bob@x.y" },
	{ "b . o @ x", "b.o@x", "b.o@x" },
	{ "<@a,@b:bob@x>", "bob@x", "bob@x" },
	{ "bob..b@x", "\"bob..b\"@x", "\"bob..b\"@x" },
	{ "bob@x\xC2\xA0", "bob@x", "bob@x" },
	{ "Bob\xC2\xA0<bob@x>", "Bob|bob@x", "Bob <bob@x>" },
	{ "\xE2\x80\x8B"
	  "bob@x, c@y",
	  "bob@x & c@y", "bob@x, c@y" },
	{ "\xEF\xBB\xBF"
	  "bob@x",
	  "bob@x", "bob@x" },
	{ "\tbob@x,\r\n\tcarol@y;", "bob@x & carol@y", "bob@x, carol@y" },
	/* groups */
	{ "Team: a@x, b@y", "a@x & b@y", "a@x, b@y" },
	{ "Team: a@x; b@y", "a@x & b@y", "a@x, b@y" },
	{ "A: B: a@x;;", "a@x", "a@x" },
	{ "A:; b@y", "b@y", "b@y" },
	{ "A:;;", "", "undisclosed-recipients:;" },
	{ "To: bob@x", "bob@x", "bob@x" },
	{ "evil@x: bob@y", NULL, NULL },
	{ "undisclosed-recipients:;", "", NULL },
	{ "undisclosed-recipients:", "", "undisclosed-recipients:;" },
	{ "Undisclosed recipients", "", "undisclosed-recipients:;" },
	{ "undisclosed-recipients;", "", "undisclosed-recipients:;" },
};

static void keep_all(void *arg, const struct address *address, struct address_list *out)
{
	(void)arg;
	(void)address;
	(void)out;
}

static void test_liberal(void)
{
	static const struct rewrite_rule rule = { keep_all, NULL };

	for (size_t i = 0; i < LENGTH(liberal); i++) {
		const char *input = liberal[i].input;
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(address_list_done) struct address_list list = { 0 };
		CLEANUP(str_done) struct str found = STR_INIT;
		CLEANUP(str_done) struct str legal = STR_INIT;
		test_case("liberal/%s", input);
		bool is_read = address_parse_list(input, strlen(input), &list, &err);
		add_list(&found, &list);
		EXPECT_TEXT(is_read ? found.bytes : NULL, liberal[i].expected);
		if (!liberal[i].expected)
			continue;
		bool is_new = rewrite_list(input, strlen(input), &rule, &legal);
		EXPECT_TEXT(is_new ? legal.bytes : NULL, liberal[i].legal);
	}
}

/* An unreadable part does not change the rest; in the new field it is a group without members. */
static const struct {
	const char *input;
	const char *expected;
	const char *faults;
	const char *legal;
} parts[] = {
	{ "a@x b@y, c@z", "c@z", "a@x b@y", "\"a@x b@y\":;, c@z" },
	{ "c@z; a@x b@y", "c@z", "a@x b@y", "c@z, \"a@x b@y\":;" },
	{ "a@@x, Bob <b@y>, c@z d", "Bob|b@y", "a@@x & c@z d",
	  "\"a@@x\":;, Bob <b@y>, \"c@z d\":;" },
	{ "Bob <a@x b@y, c@z>, d@w", "d@w", "Bob <a@x b@y, c@z>", "\"Bob <a@x b@y, c@z>\":;, d@w" },
	{ "a@x, \"b@y, c@z", "a@x", "\"b@y, c@z", "a@x, \"\\\"b@y, c@z\":;" },
	{ "a@x, b@y (c, d@z", "a@x", "b@y (c, d@z", "a@x, \"b@y (c, d@z\":;" },
	{ "<a@x> b@y, c@z", "a@x & c@z", "b@y", "<a@x>, \"b@y\":;, c@z" },
	{ "Team: a@x b@y, c@z; , d@w", "c@z & d@w", "a@x b@y", "\"a@x b@y\":;, c@z, d@w" },
	{ "a@x, \"b\x01, c@z, d\" <e@w>", "a@x", "\"b?, c@z, d\" <e@w>",
	  "a@x, \"\\\"b , c@z, d\\\" <e@w>\":;" },
	{ "All members of the list", "", "All members of the list",
	  "\"All members of the list\":;" },
};

static void test_parts(void)
{
	static const struct rewrite_rule rule = { NULL, NULL };

	for (size_t i = 0; i < LENGTH(parts); i++) {
		const char *input = parts[i].input;
		CLEANUP(address_faults_done) struct address_faults faults = { 0 };
		CLEANUP(address_list_done) struct address_list list = { 0 };
		CLEANUP(str_done) struct str found = STR_INIT;
		CLEANUP(str_done) struct str bad = STR_INIT;
		CLEANUP(str_done) struct str legal = STR_INIT;
		test_case("parts/%s", input);
		address_parse_readable(input, strlen(input), &list, &faults);
		add_list(&found, &list);
		EXPECT_TEXT(found.bytes, parts[i].expected);
		for (size_t f = 0; f < faults.count; f++)
			str_addf(&bad, "%s%s", f ? " & " : "", faults.items[f].given);
		EXPECT_TEXT(bad.bytes, parts[i].faults);
		EXPECT(rewrite_list(input, strlen(input), &rule, &legal));
		EXPECT_TEXT(legal.bytes, parts[i].legal);
		EXPECT(!rewrite_field(input, strlen(input), &rule, &legal));
	}
}

/* The time grows in proportion to the length, with any bracket or quote left open. */
static void test_long(void)
{
	static const char *const pieces[] = {
		"(",          "\"",       "<",          "[",     "\\\"",
		"a@b ",       "a@b;",     "Bob <a@b> ", "a:",    "(\"",
		"=?utf-8?Q?", "<mailto:", "\" <a@b>, ", "'a@b'", "Bob (a <a@b>, ",
		". ",         "@",        "\xC2\xA0",   "@;",    "mailto:a@b?,",
	};

	for (size_t i = 0; i < LENGTH(pieces); i++) {
		CLEANUP(address_faults_done) struct address_faults faults = { 0 };
		CLEANUP(address_list_done) struct address_list list = { 0 };
		CLEANUP(str_done) struct str text = STR_INIT;
		test_case("long/%s", pieces[i]);
		while (text.len < 1000000)
			str_add(&text, pieces[i]);
		address_parse_readable(text.bytes, text.len, &list, &faults);
	}
}

int main(void)
{
	test_begin("address_parse");
	test_liberal();
	test_parts();
	test_long();
	return test_end();
}
