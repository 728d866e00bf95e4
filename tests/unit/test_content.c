/* test_content.c - dots undone, and where the content ends, however it is cut */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "serve/content.h"

/* `message` is the content; NULL: it does not end. `rest` is the input after the end. */
static const struct {
	const char *name;
	const char *given;
	const char *strict;
	const char *strict_rest;
	const char *lenient;
	const char *lenient_rest;
} table[] = {
	{ "empty with CRLF", ".\r\nQUIT", "", "QUIT", "", "QUIT" },
	{ "empty with LF", ".\nQUIT", NULL, "", "", "QUIT" },
	{ "lines with CRLF", "a\r\nb\r\n.\r\n", "a\r\nb\r\n", "", "a\r\nb\r\n", "" },
	{ "lines with LF", "a\nb\n.\n", NULL, "", "a\nb\n", "" },
	{ "a stuffed dot", "..a\r\n.\r\n", ".a\r\n", "", ".a\r\n", "" },
	{ "a line that is a dot", "..\r\n.\r\n", ".\r\n", "", ".\r\n", "" },
	{ "a dot that was not stuffed", ".a\r\n.\r\n", "a\r\n", "", "a\r\n", "" },
	{ "dots within a line", "a.\r\n.\r\n", "a.\r\n", "", "a.\r\n", "" },
	{ "LF . LF", "a\n.\nb\r\n.\r\n", "a\n.\nb\r\n", "", "a\n", "b\r\n.\r\n" },
	{ "LF . CRLF", "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", "", "a\n", "b\r\n.\r\n" },
	{ "CRLF . LF", "a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", "", "a\r\n", "b\r\n.\r\n" },
	{ "CR . CR", "a\r.\rb\r\n.\r\n", "a\r.\rb\r\n", "", "a\r.\rb\r\n", "" },
	{ "CR . CRLF", "a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n", "", "a\r.\r\nb\r\n", "" },
	{ "CRLF . CR", "a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", "", "a\r\n\rb\r\n", "" },
	{ "CRLF . CR CRLF", "a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n", "", "a\r\n\r\r\n", "" },
	{ "LF stuffed", "a\n..\r\nb\r\n.\r\n", "a\n..\r\nb\r\n", "", "a\n.\r\nb\r\n", "" },
	{ "no end", "a\r\n.", NULL, "", NULL, "" },
	{ "half an end", "a\r\n.\r", NULL, "", NULL, "" },
	{ "empty lines", "\r\n\r\n.\r\n", "\r\n\r\n", "", "\r\n\r\n", "" },
	{ "empty lines with LF", "\n\n.\n", NULL, "", "\n\n", "" },
};

/* Takes `len` bytes in pieces; returns how many were used. */
static size_t take(struct content *content, const char *bytes, size_t len, size_t piece,
		   struct str *out)
{
	size_t used = 0;

	while (used < len && !content->is_ended) {
		size_t next = len - used < piece ? len - used : piece;
		used += content_take(content, bytes + used, next, out);
	}
	return used;
}

static void check(const char *name, const char *given, bool is_strict, const char *message,
		  const char *rest)
{
	size_t len = strlen(given);

	for (size_t piece = 1; piece <= len; piece++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		struct content content;
		test_case("%s/%s in pieces of %zu", is_strict ? "strict" : "lenient", name, piece);
		content_begin(&content, is_strict);
		size_t used = take(&content, given, len, piece, &out);
		EXPECT(content.is_ended == (message != NULL));
		EXPECT_TEXT(given + used, rest);
		if (message)
			EXPECT_TEXT(out.bytes, message);
	}
}

static void test_all_bytes(void)
{
	CLEANUP(str_done) struct str given = STR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	struct content content;

	test_case("every byte is kept");
	for (int byte = 0; byte < 256; byte++)
		str_add_char(&given, (char)byte);
	str_add_n(&given, "\r\n", 2);
	size_t len = given.len;
	str_add_n(&given, ".\r\n", 3);
	content_begin(&content, true);
	EXPECT_NUMBER(content_take(&content, given.bytes, given.len, &out), given.len);
	EXPECT(content.is_ended && out.len == len && memcmp(out.bytes, given.bytes, len) == 0);
}

int main(void)
{
	test_begin("content");
	for (size_t i = 0; i < LENGTH(table); i++) {
		check(table[i].name, table[i].given, true, table[i].strict, table[i].strict_rest);
		check(table[i].name, table[i].given, false, table[i].lenient,
		      table[i].lenient_rest);
	}
	test_all_bytes();
	return test_end();
}
