/* test_alias.c - aliases files, and the recipients that they replace */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address_parse.h"
#include "test.h"

#include "mail/alias.h"

#include <stdlib.h>
#include <unistd.h>

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

static bool parse(struct alias_table *table, const char *file, struct err *err)
{
	return alias_table_parse(table, "aliases", file, strlen(file), err);
}

/* Expands a list of recipients with a file and expects the result, or an error's text. */
static void expect_expansion(const char *file, const char *recipients, const char *expected)
{
	CLEANUP(alias_table_done) struct alias_table table = { 0 };
	CLEANUP(address_list_done) struct address_list in = { 0 };
	CLEANUP(address_list_done) struct address_list out = { 0 };
	CLEANUP(str_done) struct str found = STR_INIT;
	CLEANUP(err_done) struct err err = ERR_INIT;

	bool is_read = parse(&table, file, &err);
	table.local_domains = mem_copy("localhost, Here.example");
	if (is_read && address_parse_list(recipients, strlen(recipients), &in, &err) &&
	    alias_expand(&table, &in, &out, &err)) {
		add_list(&found, &out);
	} else {
		EXPECT_NUMBER(err.kind, ERR_CONFIG);
		EXPECT_NUMBER(out.count, 0);
		str_add(&found, err.text);
	}
	EXPECT_TEXT(found.bytes, expected);
}

static void test_expansion(void)
{
	static const struct {
		const char *name;
		const char *file;
		const char *recipients;
		const char *expected;
	} table[] = {
		{ "none", "", "root", "root" },
		{ "one", "root: a@b", "root", "a@b" },
		{ "not found", "root: a@b", "bob", "bob" },
		{ "with a domain", "root: a@b", "root@c", "root@c" },
		{ "as people write them", "root: Bob @ Home <a@b>; c@d; mailto:e@f,", "root",
		  "Bob @ Home|a@b & c@d & e@f" },
		{ "two as one", "root: a@B, c@d, a@b", "root", "a@B & c@d" },
		{ "several", "root: a@b, c@d ,e@f", "root", "a@b & c@d & e@f" },
		{ "in order", "a: z@z, m@m\nb: c@c", "b, x@x, a", "c@c & x@x & z@z & m@m" },
		{ "recursive", "a: b, x@x\nb: c, y@y\nc: z@z", "a", "z@z & y@y & x@x" },
		{ "display name", "a: \"Doe, J\" <j@d>, Bob <b@d>", "a", "Doe, J|j@d & Bob|b@d" },
		{ "colon in quotes", "a: \"x:y\" <j@d>", "a", "x:y|j@d" },
		{ "group", "a: friends: b@c, d@e;", "a", "b@c & d@e" },
		{ "address literal", "a: b@[IPv6:::1]", "a", "b@[IPv6:::1]" },
		{ "UTF-8", "b\xC3\xBCro: \xC3\xBC@d", "b\xC3\xBCro", "\xC3\xBC@d" },
		{ "gateway", "a: /S=b/G=c/@gate.example", "a", "/S=b/G=c/@gate.example" },
		/* layout */
		{ "comments", "# one\n  # two\na: b@c # three\n#", "a", "b@c" },
		{ "hash in quotes", "a: \"b#c\"@d", "a", "b#c@d" },
		{ "hash in a name", "\"a#b\": c@d", "\"a#b\"", "c@d" },
		{ "CRLF", "a: b@c\r\nd: e@f\r\n", "a, d", "b@c & e@f" },
		{ "no line end", "a: b@c,\n d@e", "a", "b@c & d@e" },
		{ "blanks", " \t\n\ta \t:\tb@c\t\n\t\n", "a", "b@c" },
		{ "continued", "a: b@c,\n\td@e,\n  f@g\nh: i@j", "a, h", "b@c & d@e & f@g & i@j" },
		{ "comma below", "a: b@c\n , d@e", "a", "b@c & d@e" },
		{ "comment between", "a: b@c, # x\n# y\n\n d@e", "a", "b@c & d@e" },
		{ "all below", "a:\n b@c", "a", "b@c" },
		{ "name below", "a: Bob\n <b@c>", "a", "Bob|b@c" },
		{ "indented entries", "  a: b@c\n  d: e@f\n", "a, d", "b@c & e@f" },
		{ "indented full address", " a@x: b@c\n d@x: e@f", "a@x, d@x", "b@c & e@f" },
		{ "trailing comma", "a: b@c,", "a", "b@c" },
		/* names */
		{ "case", "root: a@b", "ROOT", "a@b" },
		{ "exact first", "Root: a@b\nroot: c@d\nROOT: e@f", "root", "c@d" },
		{ "else the first", "Root: a@b\nROOT: c@d", "root", "a@b" },
		{ "quoted", "\"root\": a@b", "root", "a@b" },
		{ "with a blank", "\"a b\": c@d", "\"a b\"", "c@d" },
		{ "colon in the name", "\"a:b\": c@d", "\"a:b\"", "c@d" },
		{ "full address", "root@h: a@b\nroot: c@d", "root@h, root", "a@b & c@d" },
		{ "full address, case", "root@Host.example: a@b", "Root@hOST.EXAMPLE", "a@b" },
		{ "full address, local name", "root@h: a@b", "root", "root" },
		{ "full address, literal", "root@[IPv6:::1]: a@b", "root@[IPv6:::1]", "a@b" },
		{ "full address as target", "a: b@c\nb@c: d@e", "a", "d@e" },
		/* domains of this machine */
		{ "local", "root: a@b", "root@localhost, ops@localhost", "a@b & ops@localhost" },
		{ "local, case", "Root: a@b", "root@HERE.Example", "a@b" },
		{ "local, not the whole name", "root: a@b", "root@here, root@x.localhost",
		  "root@here & root@x.localhost" },
		{ "local, an entry of its own", "root: a@b\nroot@localhost: c@d", "root@localhost",
		  "c@d" },
		{ "local, not as a target", "root: root@here.example", "root, root@here.example",
		  "root@here.example" },
		{ "local, not by default", "default: a@b", "bob@localhost", "bob@localhost" },
		/* default */
		{ "default", "default: a@b", "bob", "a@b" },
		{ "default and others", "bob: c@d\ndefault: a@b", "bob, joe", "c@d & a@b" },
		{ "default below", "bob: joe, x@y\ndefault: a@b", "bob", "a@b & x@y" },
		{ "default, with a domain", "default: a@b", "bob@c", "bob@c" },
		{ "default to an alias", "default: root\nroot: a@b", "bob, joe", "a@b" },
		/* duplicates */
		{ "twice", "a: x@y\nb: x@y", "a, b", "x@y" },
		{ "twice in one", "a: x@y, X <x@Y>, X@y", "a", "x@y & X@y" },
		{ "twice by two ways", "a: b, c\nb: d\nc: d\nd: x@y", "a", "x@y" },
		{ "twice as given", "a: x@y", "x@y, a, bob, bob", "x@y & bob" },
		/* loops */
		{ "itself", "a: a", "a", "aliases:1: these names lead back to themselves: a -> a" },
		{ "itself and more", "a: x@y, a", "a",
		  "aliases:1: these names lead back to themselves: a -> a" },
		{ "three", "x: a\na: b\nb: c\nc: A", "x",
		  "aliases:2: these names lead back to themselves: a -> b -> c -> A" },
		{ "full address in a loop", "a: b@c\nb@c: a", "a",
		  "aliases:1: these names lead back to themselves: a -> b@c -> a" },
		{ "default to a name that is not there", "default: joe", "bob",
		  "aliases:1: these names lead back to themselves: bob (default) -> joe (default)" },
		{ "loop elsewhere", "a: b@c\nd: d", "a", "b@c" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		test_case("expand: %s", table[i].name);
		expect_expansion(table[i].file, table[i].recipients, table[i].expected);
	}
}

static void test_refusals(void)
{
	static const struct {
		const char *file;
		const char *expected;
	} table[] = {
		{ "root", "aliases:1: expected 'name: address'" },
		{ ": a@b", "aliases:1: expected 'name: address'" },
		{ "a: b@c\nroot\n", "aliases:2: expected 'name: address'" },
		{ "a, b: c@d", "aliases:1: expected 'name: address'" },
		{ "a:", "aliases:1: a: expected an address after the colon" },
		{ "a: ,", "aliases:1: a: expected an address after the colon" },
		{ "a: # x\nb: c@d", "aliases:1: a: expected an address after the colon" },
		{ "a: b@c d@e, f@g", "aliases:1: a: 'b@c d@e': at 'd@e': expected a comma" },
		{ "a: b c@d", "aliases:1: a: 'b c@d': at 'c@d': expected '<' or a comma" },
		{ "a: b@c\n d@e", "aliases:1: a: 'b@c d@e': at 'd@e': expected a comma" },
		{ "a: \"b", "aliases:1: a: '\"b': at the end: expected '\"'" },
		{ "a: b@c,\n friends: d@e", "aliases:1: a: expected ';' at the end of a group" },
		{ "a b: c@d", "aliases:1: 'a b': at 'b': expected '<' or a comma" },
		{ "a: b@c\na: d@e", "aliases:2: a: line 1 has the same name" },
		{ "a@x: b@c\nb: c@d\n\na@X: d@e", "aliases:4: a: line 1 has the same name" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		test_case("refuse: %s", table[i].file);
		expect_expansion(table[i].file, "zed@z", table[i].expected);
	}
}

/* An entry for another program (a pipe, a file) fails only the recipients that lead to it. */
static void test_special_targets(void)
{
	static const char special[] =
		": a target is an address; commands, files and :include: are not supported";
	static const struct {
		const char *file;
		const char *name;
		const char *expected;
	} table[] = {
		{ "a: |cat", "a", "aliases:1: a: '|cat'" },
		{ "a: b@c, |cat >x", "a", "aliases:1: a: '|cat >x'" },
		{ "a: \"|cat >x, y\"", "a", "aliases:1: a: '\"|cat >x, y\"'" },
		{ "a: \" |cat\"", "a", "aliases:1: a: '\" |cat\"'" },
		{ "a: |\"cat >x\"", "a", "aliases:1: a: '|\"cat >x\"'" },
		{ "a: <|cat>", "a", "aliases:1: a: '|cat'" },
		{ "a: friends: |cat;", "a", "aliases:1: a: '|cat'" },
		{ "a: /dev/null", "a", "aliases:1: a: '/dev/null'" },
		{ "a: \"/dev/null\"", "a", "aliases:1: a: '\"/dev/null\"'" },
		{ "a: /tmp/x y", "a", "aliases:1: a: '/tmp/x y'" },
		{ "a: b@c\nb: c@d,\n :include:/etc/list", "b",
		  "aliases:2: b: ':include:/etc/list'" },
		{ "a: \":include:/etc/list\"", "a", "aliases:1: a: '\":include:/etc/list\"'" },
		{ "a: :fail: gone", "a", "aliases:1: a: ':fail: gone'" },
		{ "nobody: /dev/null\na: nobody", "a", "aliases:1: nobody: '/dev/null'" },
		{ "default: |cat", "x", "aliases:1: default: '|cat'" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(mem_free_at)
		char *expected = str_format("%s%s", table[i].expected, special);
		test_case("refuse when used: %s", table[i].file);
		expect_expansion(table[i].file, table[i].name, expected);
		expect_expansion(table[i].file, "zed@z", "zed@z");
	}
}

static void test_bytes(void)
{
	CLEANUP(alias_table_done) struct alias_table table = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;

	test_case("a NUL byte");
	EXPECT(!alias_table_parse(&table, "aliases", "a: b@c\0", 7, &err));
	EXPECT_TEXT(err.text, "aliases: there is a NUL byte in this file");
	test_case("a control character");
	EXPECT(!parse(&table, "a\x01: b@c", &err));
	EXPECT_PART(err.text, "aliases:1: 'a?': at '?': expected no control character");
	EXPECT_NUMBER(err.kind, ERR_CONFIG);
}

/* `count` entries, each the only target of the one before it. */
static void add_chain(struct str *file, int count)
{
	for (int i = 0; i < count; i++)
		str_addf(file, "n%d: n%d\n", i, i + 1);
}

static void test_sizes(void)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	CLEANUP(str_done) struct str expected = STR_INIT;
	CLEANUP(str_done) struct str chain = STR_INIT;
	CLEANUP(str_done) struct str wide = STR_INIT;

	test_case("one line with 5000 targets");
	str_add(&line, "all:");
	for (int i = 0; i < 5000; i++) {
		str_addf(&line, "%s u%d@example.org", i ? "," : "", i);
		str_addf(&expected, "%su%d@example.org", i ? " & " : "", i);
	}
	expect_expansion(line.bytes, "all", expected.bytes);

	test_case("a chain of 64");
	add_chain(&chain, 64);
	expect_expansion(chain.bytes, "n0", "n64");
	test_case("a chain of 65");
	str_clear(&chain);
	add_chain(&chain, 65);
	expect_expansion(chain.bytes, "n0",
			 "aliases:65: n64: more than 64 aliases lead to each other");

	test_case("two ways at each of 60 forks");
	for (int i = 0; i < 60; i++)
		str_addf(&wide, "n%d: n%d, n%d\n", i, i + 1, i + 1);
	expect_expansion(wide.bytes, "n0", "n60");
}

static void test_check(void)
{
	CLEANUP(alias_table_done) struct alias_table good = { 0 };
	CLEANUP(alias_table_done) struct alias_table bad = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;

	test_case("check: every entry can be expanded");
	EXPECT(parse(&good, "a: b\nb: c@d\ndefault: a", &err) && alias_check(&good, &err));
	test_case("check: one that can't");
	EXPECT(parse(&bad, "a: b@c\nd: e\ne: d", &err) && !alias_check(&bad, &err));
	EXPECT_TEXT(err.text, "aliases:2: these names lead back to themselves: d -> e -> d");
	test_case("check: one that has a fault");
	alias_table_done(&bad);
	EXPECT(parse(&bad, "a: b@c\nd: |cat", &err) && !alias_check(&bad, &err));
	EXPECT_PART(err.text, "aliases:2: d: '|cat'");
}

static void expect_unreadable(const char *path, const char *part)
{
	CLEANUP(alias_table_done) struct alias_table table = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;

	EXPECT(!alias_table_read(&table, path, &err));
	EXPECT_NUMBER(err.kind, ERR_CONFIG);
	EXPECT_PART(err.text, part);
	EXPECT_PART(err.text, path);
	EXPECT_NUMBER(table.count, 0);
}

static void write_file(const char *path, const char *head, size_t padding)
{
	FILE *file = fopen(path, "w");

	EXPECT(file);
	if (!file)
		return;
	fputs(head, file);
	for (size_t i = 0; i < padding; i++)
		putc('#', file);
	fclose(file);
}

static void test_files(void)
{
	char path[] = "/tmp/test-alias-XXXXXX";
	CLEANUP(alias_table_done) struct alias_table table = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;
	int fd = mkstemp(path);

	test_case("read: a file of 1 MiB");
	EXPECT(fd >= 0);
	write_file(path, "a: b@c\n", (1 << 20) - 7);
	EXPECT(alias_table_read(&table, path, &err));
	EXPECT_NUMBER(table.count, 1);
	test_case("read: a larger one");
	write_file(path, "a: b@c\n", 1 << 20);
	expect_unreadable(path, "too large");
	close(fd);
	unlink(path);
	test_case("read: none");
	expect_unreadable(path, "No such file");
	test_case("read: a folder");
	expect_unreadable("/tmp", "expected a regular file");
}

int main(void)
{
	test_begin("alias");
	test_expansion();
	test_refusals();
	test_special_targets();
	test_bytes();
	test_sizes();
	test_check();
	test_files();
	return test_end();
}
