/* test_lookalike.c - characters that look like an ASCII character, or are invisible */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/lookalike.h"

enum { ANY = LOOKALIKE_HIDDEN | LOOKALIKE_QUOTES | LOOKALIKE_DASH | LOOKALIKE_SIGN };

static const struct {
	const char *text;
	unsigned kinds;
	const char *shown; /* of the first such character; NULL: no such character */
	size_t at;
	bool is_first, is_last;
} cases[] = {
	{ "", ANY, NULL, 0, false, false },
	{ "plain text\t'\"`-:=", ANY, NULL, 0, false, false },
	{ "b\xC3\xBC"
	  "cher \xE2\x82\xAC",
	  ANY, NULL, 0, false, false },
	{ "a\xC2\xA0"
	  "b",
	  ANY, "U+00A0 (no-break space)", 1, false, false },
	{ "\xC2\xA0host", LOOKALIKE_BLANK, "U+00A0 (no-break space)", 0, true, false },
	{ "host\xC2\xA0", LOOKALIKE_HIDDEN, "U+00A0 (no-break space)", 4, false, true },
	{ "host\xC2\xA0", LOOKALIKE_QUOTES, NULL, 0, false, false },
	{ "\xE2\x80\x8B", ANY, "U+200B (zero width space)", 0, true, true },
	{ "\xEF\xBB\xBFhost", ANY, "U+FEFF (byte order mark)", 0, true, false },
	{ "x\xE2\x80\x87", ANY, "U+2007 (figure space)", 1, false, true },
	{ "x\xE2\x80\xAF", ANY, "U+202F (narrow no-break space)", 1, false, true },
	{ "x\xE3\x80\x80y", ANY, "U+3000 (ideographic space)", 1, false, false },
	{ "x\xE2\x80\xA8y", ANY, "U+2028 (line separator)", 1, false, false },
	{ "x\xC2\xADy", ANY, "U+00AD (soft hyphen)", 1, false, false },
	{ "x\ry", ANY, "U+000D (carriage return)", 1, false, false },
	{ "x\x7F", ANY, "U+007F (control character)", 1, false, true },
	{ "\xE2\x80\x9C"
	  "a\xE2\x80\x9D",
	  ANY, "U+201C (left double quotation mark)", 0, true, true },
	{ "it\xE2\x80\x99s", LOOKALIKE_QUOTE, NULL, 0, false, false },
	{ "it\xE2\x80\x99s", LOOKALIKE_APOSTROPHE, "U+2019 (right single quotation mark)", 2, false,
	  false },
	{ "\xE2\x80\x93-to", LOOKALIKE_DASH, "U+2013 (en dash)", 0, true, false },
	{ "\xE2\x88\x92-to", LOOKALIKE_DASH, "U+2212 (minus sign)", 0, true, false },
	{ "\xEF\xB9\xA3x", LOOKALIKE_DASH, "U+FE63 (small hyphen-minus)", 0, true, false },
	{ "host\xEF\xBC\x9Ax", LOOKALIKE_SIGN, "U+FF1A (fullwidth colon)", 4, false, false },
	{ "latin\xA0", ANY, "U+00A0 (no-break space)", 5, false, true },
	{ "\x93windows\x94", ANY, "U+201C (left double quotation mark)", 0, true, true },
	{ "\xFF\xFE", ANY, NULL, 0, false, false },
	{ "\xF3\xA0\x81\xA1", ANY, "U+E0061 (tag character)", 0, true, true },
};

static void test_table(void)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct lookalike found = { 0 };
		struct lookalike other;
		CLEANUP(str_done) struct str shown = STR_INIT;

		test_case("%zu: '%s'", i, cases[i].text);
		bool is_there = lookalike_find(cases[i].text, cases[i].kinds, &found);
		if (is_there)
			lookalike_add(&shown, &found);
		EXPECT_TEXT(is_there ? shown.bytes : NULL, cases[i].shown);
		EXPECT_NUMBER(is_there ? found.at : 0, cases[i].at);
		EXPECT(lookalike_begins(cases[i].text, cases[i].kinds, &other) ==
		       cases[i].is_first);
		EXPECT(lookalike_ends(cases[i].text, cases[i].kinds, &other) == cases[i].is_last);
	}
}

int main(void)
{
	test_begin("lookalike");
	test_table();
	return test_end();
}
