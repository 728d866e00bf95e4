/* test_lines.c - line ends, cut anywhere */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/lines.h"

static const struct {
	const char *text, *crlf, *lf, *clean;
} texts[] = {
	{ "", "", "", "" },
	{ "a\nb\n", "a\r\nb\r\n", "a\nb\n", "a\nb\n" },
	{ "a\r\nb\r\n", "a\r\nb\r\n", "a\nb\n", "a\nb\n" },
	{ "a\nb\r\nc", "a\r\nb\r\nc", "a\nb\nc", "a\nb\nc" },
	{ "\n\n\n", "\r\n\r\n\r\n", "\n\n\n", "\n\n\n" },
	{ "\r\n\n\r\n", "\r\n\r\n\r\n", "\n\n\n", "\n\n\n" },
	{ "1%\r2%\r3%\n", "1%\r2%\r3%\r\n", "1%\r2%\r3%\n", "1%\r2%\r3%\n" },
	{ "a\r\r\n", "a\r\r\n", "a\r\n", "a\n" },
	{ "a\r\r\r\n\rb", "a\r\r\r\n\rb", "a\r\r\n\rb", "a\n\rb" },
	{ "\r\r\r", "\r\r\r", "\r\r\r", "\r\r\r" },
	{ "a\r", "a\r", "a\r", "a\r" },
};

static void test_pieces(void)
{
	for (size_t i = 0; i < LENGTH(texts); i++) {
		for (size_t step = 1; step < 5; step++) {
			CLEANUP(str_done) struct str crlf = STR_INIT;
			CLEANUP(str_done) struct str lf = STR_INIT;
			struct lines to_crlf = { 0 };
			CLEANUP(str_done) struct str clean = STR_INIT;
			struct lines to_lf = { 0 };
			struct lines to_clean = { 0 };
			const char *text = texts[i].text;
			size_t len = strlen(text);

			test_case("text '%s' by %zu", text, step);
			for (size_t at = 0; at < len; at += step) {
				size_t piece = len - at < step ? len - at : step;
				lines_add_crlf(&to_crlf, text + at, piece, &crlf);
				lines_add_lf(&to_lf, text + at, piece, &lf);
				lines_add_clean(&to_clean, text + at, piece, &clean);
			}
			lines_end_lf(&to_lf, &lf);
			lines_end_clean(&to_clean, &clean);
			EXPECT_TEXT(crlf.bytes, texts[i].crlf);
			EXPECT_TEXT(lf.bytes, texts[i].lf);
			EXPECT_TEXT(clean.bytes, texts[i].clean);
		}
	}
}

int main(void)
{
	test_begin("lines");
	test_pieces();
	return test_end();
}
