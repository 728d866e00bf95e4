/* test_content_facts.c - the extensions that the bytes of a message need */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/content_facts.h"

#define BYTES(text) (text), sizeof(text) - 1

static const struct {
	const char *bytes;
	size_t len;
	const char *expected;
} table[] = {
	{ BYTES(""), "0" },
	{ BYTES("abc\r\nde\r\n"), "3" },
	{ BYTES("abc\nde"), "3" },
	{ BYTES("\r\n\r\n"), "0" },
	{ BYTES("de\r\nabcd"), "4" },
	{ BYTES("gr\xc3\xbc\xc3\x9f\r\n"), "6 8bit" },
	{ BYTES("\xf0\x9f\x98\x80"), "4 8bit" },
	{ BYTES("\xe2\x82\xac\xe2\x82"), "5 8bit broken" },
	{ BYTES("\xe2\x82\r\n\xac"), "2 8bit broken" },
	{ BYTES("gr\xfc\xdf"), "4 8bit broken" },
	{ BYTES("\xc3"
		"a"),
	  "2 8bit broken" },
	{ BYTES("\xed\xa0\x80"), "3 8bit broken" },
	{ BYTES("a\0b\r\n"), "3 nul" },
	{ BYTES("1%\r2%\r\n"), "5 cr" },
	{ BYTES("x\r\r\n"), "2 cr" },
	{ BYTES("x\r"), "2 cr" },
	{ BYTES("\rx\n"), "2 cr" },
	{ BYTES("x\r\n"), "1" },
};

static void describe(const struct content_facts *facts, struct str *out)
{
	str_addf(out, "%llu%s%s%s%s", (unsigned long long)facts->line_max,
		 facts->is_8bit ? " 8bit" : "", facts->is_broken_utf8 ? " broken" : "",
		 facts->has_nul ? " nul" : "", facts->has_bare_cr ? " cr" : "");
}

static void test_pieces(void)
{
	for (size_t i = 0; i < LENGTH(table); i++) {
		for (size_t step = 1; step < 4; step++) {
			CLEANUP(str_done) struct str found = STR_INIT;
			struct content_facts facts = { 0 };
			struct content_facts_scan scan;
			size_t len = table[i].len;

			test_case("facts %zu by %zu", i, step);
			content_facts_begin(&scan, &facts);
			for (size_t at = 0; at < len; at += step)
				content_facts_take(&scan, table[i].bytes + at,
						   len - at < step ? len - at : step);
			content_facts_end(&scan);
			describe(&facts, &found);
			EXPECT_TEXT(found.bytes, table[i].expected);
		}
	}
}

int main(void)
{
	test_begin("content_facts");
	test_pieces();
	return test_end();
}
