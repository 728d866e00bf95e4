/* test_header.c - the index of a header, its recipients and its sender */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/header.h"

static void test_line_kinds(void)
{
	static const struct {
		const char *line;
		bool is_first;
		enum header_line expected;
	} table[] = {
		{ "To: a@b\r\n", true, HEADER_LINE_FIELD },
		{ "To: a@b\n", false, HEADER_LINE_FIELD },
		{ "To: a@b", false, HEADER_LINE_FIELD },
		{ "To:", false, HEADER_LINE_FIELD },
		{ "Bcc :x\n", false, HEADER_LINE_FIELD },
		{ "Bcc \t : x\n", false, HEADER_LINE_FIELD },
		{ "X!#$%&'*+-/=?^_`{|}~()<>@,;\\\".[]: y\n", false, HEADER_LINE_FIELD },
		{ "http://x\n", false, HEADER_LINE_FIELD },
		{ " x\n", false, HEADER_LINE_CONTINUATION },
		{ "\tx: y\n", false, HEADER_LINE_CONTINUATION },
		{ "  \r\n", false, HEADER_LINE_CONTINUATION },
		{ " x: y\n", true, HEADER_LINE_OTHER },
		{ " \n", true, HEADER_LINE_OTHER },
		{ "\n", false, HEADER_LINE_EMPTY },
		{ "\r\n", true, HEADER_LINE_EMPTY },
		{ "", false, HEADER_LINE_EMPTY },
		{ "\r", false, HEADER_LINE_OTHER },
		{ "From a@b Mon Nov 23 16:00:00 2026\n", true, HEADER_LINE_MBOX },
		{ "From a@b Mon Nov 23 16:00:00 2026\n", false, HEADER_LINE_OTHER },
		{ "From 1234567890abcdef Mon Sep 17 00:00:00 2001\n", true, HEADER_LINE_MBOX },
		{ "From : a@b\n", true, HEADER_LINE_FIELD },
		{ "From\n", true, HEADER_LINE_OTHER },
		{ "hello\n", true, HEADER_LINE_OTHER },
		{ "hello world: x\n", false, HEADER_LINE_OTHER },
		{ ": x\n", false, HEADER_LINE_OTHER },
		{ "Jörg: x\n", false, HEADER_LINE_OTHER },
		{ "To\x01: x\n", false, HEADER_LINE_OTHER },
		{ "To\x7F: x\n", false, HEADER_LINE_OTHER },
		{ ".\n", false, HEADER_LINE_OTHER },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		test_case("line/%s%s", table[i].line, table[i].is_first ? " (first)" : "");
		EXPECT_NUMBER(
			header_line_kind(table[i].line, strlen(table[i].line), table[i].is_first),
			table[i].expected);
	}
}

static void index_text(struct header *header, const char *text)
{
	header_index(header, text, strlen(text));
}

static void test_index(void)
{
	static const char text[] =
		"To: a@b\r\nSUBJECT :  x\n  y\r\n\tz \nEmpty:\nTo: c@d\n\nBcc: e@f\n";
	CLEANUP(header_done) struct header header = { 0 };
	CLEANUP(str_done) struct str body = STR_INIT;
	size_t len;

	test_case("index");
	index_text(&header, text);
	EXPECT_NUMBER(header.count, 4);
	EXPECT_NUMBER(header.len, strstr(text, "\n\n") + 1 - text);
	EXPECT(header_find(&header, "to") == &header.fields[0]);
	EXPECT(header_find(&header, "Bcc") == NULL);
	EXPECT(header_find(&header, "T") == NULL);
	EXPECT(header_find(&header, "Tox") == NULL);

	test_case("a name with blanks before its colon");
	const struct header_field *subject = header_find(&header, "Subject");
	EXPECT(subject == &header.fields[1]);
	EXPECT_NUMBER(subject->name_len, 7);

	test_case("a raw body has its folds");
	const char *raw = header_body(&header, subject, &len);
	EXPECT_NUMBER(len, strlen("  x\n  y\r\n\tz "));
	EXPECT(memcmp(raw, "  x\n  y\r\n\tz ", len) == 0);

	test_case("an unfolded body is one line");
	header_add_unfolded(&header, subject, &body);
	EXPECT_TEXT(body.bytes, "x  y\tz");

	test_case("an empty body");
	str_clear(&body);
	header_add_unfolded(&header, header_find(&header, "Empty"), &body);
	EXPECT_TEXT(body.bytes, "");
	EXPECT(!header_has_content(&header, "Empty"));
	EXPECT(header_has_content(&header, "To"));
	EXPECT(!header_has_content(&header, "Cc"));
}

static void test_index_edges(void)
{
	CLEANUP(header_done) struct header header = { 0 };

	test_case("no header");
	index_text(&header, "");
	EXPECT_NUMBER(header.count, 0);
	header_done(&header);

	test_case("only the empty line");
	index_text(&header, "\r\nTo: a@b\r\n");
	EXPECT_NUMBER(header.count, 0);
	EXPECT_NUMBER(header.len, 0);
	header_done(&header);

	test_case("a last line without an end");
	index_text(&header, "To: a@b");
	EXPECT_NUMBER(header.count, 1);
	EXPECT_NUMBER(header.fields[0].end, 7);
	header_done(&header);

	test_case("lines that are no field");
	index_text(&header, "junk\n more\nTo: a@b\njunk\nCc: c@d\n");
	EXPECT_NUMBER(header.count, 2);
	EXPECT_NUMBER(header.fields[0].start, 11);
	EXPECT_NUMBER(header.fields[0].end, 24);
	header_done(&header);

	test_case("content in the second of two fields");
	index_text(&header, "From:\n \nFrom: a@b\n");
	EXPECT(header_has_content(&header, "From"));
}

static void add_paths(struct str *out, const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		CLEANUP(mem_free_at) char *path = address_path(&list->items[i]);
		str_addf(out, "%s%s", i ? " " : "", path);
	}
}

static void test_recipients(void)
{
	static const struct {
		const char *name;
		const char *header;
		const char *expected; /* an error's text where it begins with '!' */
	} table[] = {
		{ "one", "To: a@b\n", "a@b" },
		{ "none", "Subject: x\n", "" },
		{ "in order of appearance", "Bcc: a@b\nTo: c@d\nCc: e@f\nTo: g@h\n",
		  "a@b c@d e@f g@h" },
		{ "any case", "TO: a@b\ncc: c@d\nbCC: e@f\n", "a@b c@d e@f" },
		{ "blanks before the colon", "To : a@b\nBcc\t: c@d\n", "a@b c@d" },
		{ "folded", "To: a@b,\r\n c@d\r\nCc:\r\n\te@f\r\n", "a@b c@d e@f" },
		{ "no line end", "To: a@b,\n c@d", "a@b c@d" },
		{ "twice stays twice", "To: a@b\nCc: a@b\n", "a@b a@b" },
		{ "other names", "Tox: a@b\nX-To: c@d\nReply-To: e@f\nApparently-To: g@h\n", "" },
		{ "not in the body", "To: a@b\n\nCc: c@d\n", "a@b" },
		{ "two authors", "From: a@x, b@y\nTo: c@d\n", "c@d" },
		{ "only Bcc and an empty group", "To: undisclosed-recipients:;\nBcc: a@b\n",
		  "a@b" },
		{ "only Bcc", "Bcc: a@b, c@d\n", "a@b c@d" },
		{ "empty fields", "To:\nCc: \nBcc: a@b\n", "a@b" },
		{ "quoted local part", "To: \"a@b\"@c, <\"bob smith\"@x>\n",
		  "\"a@b\"@c \"bob smith\"@x" },
		{ "obsolete blanks", "To: a @ b.c\n", "a@b.c" },
		{ "resent", "To: a@b\nResent-To: c@d\nResent-Cc: e@f\nResent-Bcc: g@h\nCc: i@j\n",
		  "c@d e@f g@h" },
		{ "resent, blanks before the colon", "Resent-To : c@d\nTo: a@b\n", "c@d" },
		{ "first of two resent blocks",
		  "Resent-From: x@y\nResent-To: a@b\nReceived: z\nResent-To: c@d\nTo: e@f\n",
		  "a@b" },
		{ "a block begins before its first recipient",
		  "Resent-Date: x\nResent-Bcc: a@b\nResent-Sender: y\nResent-To: c@d\nTo: e@f\n",
		  "a@b c@d" },
		{ "a lone Resent-Date", "Resent-Date: x\nTo: a@b\nBcc: c@d\n", "a@b c@d" },
		{ "a lone Resent-From", "To: a@b\nResent-From: x@y\n", "a@b" },
		{ "a block without recipients before one with",
		  "Resent-Date: x\nReceived: y\nResent-To: a@b\nTo: c@d\n", "a@b" },
		{ "an error in To", "Cc: x@y\nTo: a b@c\n", "!To: 'a b@c': at 'b@c'" },
		{ "an error in Bcc", "bcc : a@b c@d\n", "!Bcc: 'a@b c@d': at 'c@d'" },
		{ "an error in Resent-To", "Resent-To: \"a\n", "!Resent-To: '\"a': at the end" },
		{ "an error in a field that does not count", "Resent-To: a@b\nTo: c d@e\n", "a@b" },
		{ "a bare CR in an address", "To: a@b\rc@d\n", "!To: " },
		{ "a latin-1 name", "To: J\xF6rg <j@x>\n", "j@x" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(header_done) struct header header = { 0 };
		CLEANUP(address_list_done) struct address_list list = { 0 };
		CLEANUP(str_done) struct str found = STR_INIT;
		const char *expected = table[i].expected;
		test_case("recipients/%s", table[i].name);
		index_text(&header, table[i].header);
		bool is_good = header_recipients(&header, &list, NULL, &err);
		EXPECT_NUMBER(is_good, expected[0] != '!');
		add_paths(&found, &list);
		if (is_good)
			EXPECT_TEXT(found.bytes, expected);
		else
			EXPECT_PART(err.text, expected + 1);
	}
}

static void test_sender(void)
{
	static const struct {
		const char *name;
		const char *header;
		const char *expected; /* NULL: none */
	} table[] = {
		{ "from", "From: Bob <a@b>\n", "a@b" },
		{ "first of two authors", "From: a@x, b@y\n", "a@x" },
		{ "first of two fields", "From: a@x\nFrom: b@y\n", "a@x" },
		{ "a broken field behind the first", "From: a@x\nFrom: b c@d\n", "a@x" },
		{ "an empty From before one that isn't", "From:\nFrom: a@b\n", "a@b" },
		{ "Resent-From before From", "Resent-From: r@x\nFrom: a@b\n", "r@x" },
		{ "Resent-From behind From", "From: a@b\nResent-From: r@x\n", "a@b" },
		{ "a group as author", "From: Staff: a@b;\n", "a@b" },
		{ "blanks before the colon", "From : a@b\n", "a@b" },
		{ "bare name", "From: root (Cron Daemon)\n", "root" },
		{ "none", "To: a@b\nSender: c@d\n", NULL },
		{ "only empty", "From: \n", NULL },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(header_done) struct header header = { 0 };
		CLEANUP(address_done) struct address sender = { 0 };
		test_case("sender/%s", table[i].name);
		index_text(&header, table[i].header);
		EXPECT(header_sender(&header, &sender, &err));
		CLEANUP(mem_free_at) char *path = sender.local ? address_path(&sender) : NULL;
		EXPECT_TEXT(path, table[i].expected);
	}
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(header_done) struct header header = { 0 };
	CLEANUP(address_done) struct address sender = { 0 };
	test_case("sender/broken");
	index_text(&header, "From: a b@c\n");
	EXPECT(!header_sender(&header, &sender, &err));
	EXPECT_PART(err.text, "From: 'a b@c'");
}

int main(void)
{
	test_begin("header");
	test_line_kinds();
	test_index();
	test_index_edges();
	test_recipients();
	test_sender();
	return test_end();
}
