/* lookalike.c - characters that look like an ASCII character, or are invisible; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/lookalike.h"

#include <string.h>

/* Sorted by code point. The names are those of Unicode, in lower case. */
static const struct {
	unsigned long first, last;
	enum lookalike_kind kind;
	char meant;
	const char *name;
} ranges[] = {
	{ 0x0001, 0x0008, LOOKALIKE_CONTROL, '\0', "control character" },
	{ 0x000B, 0x000B, LOOKALIKE_BLANK, ' ', "vertical tab" },
	{ 0x000C, 0x000C, LOOKALIKE_BLANK, ' ', "form feed" },
	{ 0x000D, 0x000D, LOOKALIKE_CONTROL, '\0', "carriage return" },
	{ 0x000E, 0x001F, LOOKALIKE_CONTROL, '\0', "control character" },
	{ 0x007F, 0x0084, LOOKALIKE_CONTROL, '\0', "control character" },
	{ 0x0085, 0x0085, LOOKALIKE_BLANK, ' ', "next line" },
	{ 0x0086, 0x009F, LOOKALIKE_CONTROL, '\0', "control character" },
	{ 0x00A0, 0x00A0, LOOKALIKE_BLANK, ' ', "no-break space" },
	{ 0x00AB, 0x00AB, LOOKALIKE_QUOTE, '"', "left-pointing double angle quotation mark" },
	{ 0x00AD, 0x00AD, LOOKALIKE_INVISIBLE, '\0', "soft hyphen" },
	{ 0x00B4, 0x00B4, LOOKALIKE_APOSTROPHE, '\'', "acute accent" },
	{ 0x00BB, 0x00BB, LOOKALIKE_QUOTE, '"', "right-pointing double angle quotation mark" },
	{ 0x02B9, 0x02B9, LOOKALIKE_APOSTROPHE, '\'', "modifier letter prime" },
	{ 0x02BA, 0x02BA, LOOKALIKE_QUOTE, '"', "modifier letter double prime" },
	{ 0x02BC, 0x02BC, LOOKALIKE_APOSTROPHE, '\'', "modifier letter apostrophe" },
	{ 0x02D7, 0x02D7, LOOKALIKE_DASH, '-', "modifier letter minus sign" },
	{ 0x034F, 0x034F, LOOKALIKE_INVISIBLE, '\0', "combining grapheme joiner" },
	{ 0x058A, 0x058A, LOOKALIKE_DASH, '-', "armenian hyphen" },
	{ 0x05BE, 0x05BE, LOOKALIKE_DASH, '-', "hebrew punctuation maqaf" },
	{ 0x061C, 0x061C, LOOKALIKE_INVISIBLE, '\0', "arabic letter mark" },
	{ 0x115F, 0x1160, LOOKALIKE_INVISIBLE, '\0', "hangul filler" },
	{ 0x1400, 0x1400, LOOKALIKE_DASH, '-', "canadian syllabics hyphen" },
	{ 0x1680, 0x1680, LOOKALIKE_BLANK, ' ', "ogham space mark" },
	{ 0x1806, 0x1806, LOOKALIKE_DASH, '-', "mongolian todo soft hyphen" },
	{ 0x180B, 0x180E, LOOKALIKE_INVISIBLE, '\0', "mongolian vowel separator" },
	{ 0x2000, 0x2000, LOOKALIKE_BLANK, ' ', "en quad" },
	{ 0x2001, 0x2001, LOOKALIKE_BLANK, ' ', "em quad" },
	{ 0x2002, 0x2002, LOOKALIKE_BLANK, ' ', "en space" },
	{ 0x2003, 0x2003, LOOKALIKE_BLANK, ' ', "em space" },
	{ 0x2004, 0x2004, LOOKALIKE_BLANK, ' ', "three-per-em space" },
	{ 0x2005, 0x2005, LOOKALIKE_BLANK, ' ', "four-per-em space" },
	{ 0x2006, 0x2006, LOOKALIKE_BLANK, ' ', "six-per-em space" },
	{ 0x2007, 0x2007, LOOKALIKE_BLANK, ' ', "figure space" },
	{ 0x2008, 0x2008, LOOKALIKE_BLANK, ' ', "punctuation space" },
	{ 0x2009, 0x2009, LOOKALIKE_BLANK, ' ', "thin space" },
	{ 0x200A, 0x200A, LOOKALIKE_BLANK, ' ', "hair space" },
	{ 0x200B, 0x200B, LOOKALIKE_INVISIBLE, '\0', "zero width space" },
	{ 0x200C, 0x200C, LOOKALIKE_INVISIBLE, '\0', "zero width non-joiner" },
	{ 0x200D, 0x200D, LOOKALIKE_INVISIBLE, '\0', "zero width joiner" },
	{ 0x200E, 0x200E, LOOKALIKE_INVISIBLE, '\0', "left-to-right mark" },
	{ 0x200F, 0x200F, LOOKALIKE_INVISIBLE, '\0', "right-to-left mark" },
	{ 0x2010, 0x2010, LOOKALIKE_DASH, '-', "hyphen of Unicode" },
	{ 0x2011, 0x2011, LOOKALIKE_DASH, '-', "non-breaking hyphen" },
	{ 0x2012, 0x2012, LOOKALIKE_DASH, '-', "figure dash" },
	{ 0x2013, 0x2013, LOOKALIKE_DASH, '-', "en dash" },
	{ 0x2014, 0x2014, LOOKALIKE_DASH, '-', "em dash" },
	{ 0x2015, 0x2015, LOOKALIKE_DASH, '-', "horizontal bar" },
	{ 0x2018, 0x2018, LOOKALIKE_APOSTROPHE, '\'', "left single quotation mark" },
	{ 0x2019, 0x2019, LOOKALIKE_APOSTROPHE, '\'', "right single quotation mark" },
	{ 0x201A, 0x201A, LOOKALIKE_APOSTROPHE, '\'', "single low-9 quotation mark" },
	{ 0x201B, 0x201B, LOOKALIKE_APOSTROPHE, '\'', "single high-reversed-9 quotation mark" },
	{ 0x201C, 0x201C, LOOKALIKE_QUOTE, '"', "left double quotation mark" },
	{ 0x201D, 0x201D, LOOKALIKE_QUOTE, '"', "right double quotation mark" },
	{ 0x201E, 0x201E, LOOKALIKE_QUOTE, '"', "double low-9 quotation mark" },
	{ 0x201F, 0x201F, LOOKALIKE_QUOTE, '"', "double high-reversed-9 quotation mark" },
	{ 0x2028, 0x2028, LOOKALIKE_BLANK, ' ', "line separator" },
	{ 0x2029, 0x2029, LOOKALIKE_BLANK, ' ', "paragraph separator" },
	{ 0x202A, 0x202E, LOOKALIKE_INVISIBLE, '\0', "mark of direction" },
	{ 0x202F, 0x202F, LOOKALIKE_BLANK, ' ', "narrow no-break space" },
	{ 0x2032, 0x2032, LOOKALIKE_APOSTROPHE, '\'', "prime" },
	{ 0x2033, 0x2033, LOOKALIKE_QUOTE, '"', "double prime" },
	{ 0x2036, 0x2036, LOOKALIKE_QUOTE, '"', "reversed double prime" },
	{ 0x2039, 0x2039, LOOKALIKE_APOSTROPHE, '\'', "single left-pointing angle quotation mark" },
	{ 0x203A, 0x203A, LOOKALIKE_APOSTROPHE, '\'',
	  "single right-pointing angle quotation mark" },
	{ 0x2043, 0x2043, LOOKALIKE_DASH, '-', "hyphen bullet" },
	{ 0x205F, 0x205F, LOOKALIKE_BLANK, ' ', "medium mathematical space" },
	{ 0x2060, 0x2060, LOOKALIKE_INVISIBLE, '\0', "word joiner" },
	{ 0x2061, 0x206F, LOOKALIKE_INVISIBLE, '\0', "invisible character" },
	{ 0x207B, 0x207B, LOOKALIKE_DASH, '-', "superscript minus" },
	{ 0x208B, 0x208B, LOOKALIKE_DASH, '-', "subscript minus" },
	{ 0x2212, 0x2212, LOOKALIKE_DASH, '-', "minus sign" },
	{ 0x275D, 0x275E, LOOKALIKE_QUOTE, '"', "double quotation mark ornament" },
	{ 0x2796, 0x2796, LOOKALIKE_DASH, '-', "heavy minus sign" },
	{ 0x2800, 0x2800, LOOKALIKE_BLANK, ' ', "braille pattern blank" },
	{ 0x2E17, 0x2E17, LOOKALIKE_DASH, '-', "double oblique hyphen" },
	{ 0x2E1A, 0x2E1A, LOOKALIKE_DASH, '-', "hyphen with diaeresis" },
	{ 0x2E3A, 0x2E3A, LOOKALIKE_DASH, '-', "two-em dash" },
	{ 0x2E3B, 0x2E3B, LOOKALIKE_DASH, '-', "three-em dash" },
	{ 0x2E40, 0x2E40, LOOKALIKE_DASH, '-', "double hyphen" },
	{ 0x2E42, 0x2E42, LOOKALIKE_QUOTE, '"', "double low-reversed-9 quotation mark" },
	{ 0x2E5D, 0x2E5D, LOOKALIKE_DASH, '-', "oblique hyphen" },
	{ 0x3000, 0x3000, LOOKALIKE_BLANK, ' ', "ideographic space" },
	{ 0x3001, 0x3001, LOOKALIKE_SIGN, ',', "ideographic comma" },
	{ 0x301C, 0x301C, LOOKALIKE_DASH, '-', "wave dash" },
	{ 0x301D, 0x301F, LOOKALIKE_QUOTE, '"', "double prime quotation mark" },
	{ 0x3030, 0x3030, LOOKALIKE_DASH, '-', "wavy dash" },
	{ 0x30A0, 0x30A0, LOOKALIKE_DASH, '-', "katakana-hiragana double hyphen" },
	{ 0x3164, 0x3164, LOOKALIKE_INVISIBLE, '\0', "hangul filler" },
	{ 0xFE00, 0xFE0F, LOOKALIKE_INVISIBLE, '\0', "variation selector" },
	{ 0xFE31, 0xFE32, LOOKALIKE_DASH, '-', "vertical dash" },
	{ 0xFE58, 0xFE58, LOOKALIKE_DASH, '-', "small em dash" },
	{ 0xFE63, 0xFE63, LOOKALIKE_DASH, '-', "small hyphen-minus" },
	{ 0xFEFF, 0xFEFF, LOOKALIKE_INVISIBLE, '\0', "byte order mark" },
	{ 0xFF02, 0xFF02, LOOKALIKE_QUOTE, '"', "fullwidth quotation mark" },
	{ 0xFF03, 0xFF03, LOOKALIKE_SIGN, '#', "fullwidth number sign" },
	{ 0xFF07, 0xFF07, LOOKALIKE_APOSTROPHE, '\'', "fullwidth apostrophe" },
	{ 0xFF0C, 0xFF0C, LOOKALIKE_SIGN, ',', "fullwidth comma" },
	{ 0xFF0D, 0xFF0D, LOOKALIKE_DASH, '-', "fullwidth hyphen-minus" },
	{ 0xFF1A, 0xFF1A, LOOKALIKE_SIGN, ':', "fullwidth colon" },
	{ 0xFF1B, 0xFF1B, LOOKALIKE_SIGN, ';', "fullwidth semicolon" },
	{ 0xFF1D, 0xFF1D, LOOKALIKE_SIGN, '=', "fullwidth equals sign" },
	{ 0xFF20, 0xFF20, LOOKALIKE_SIGN, '@', "fullwidth commercial at" },
	{ 0xFF40, 0xFF40, LOOKALIKE_APOSTROPHE, '\'', "fullwidth grave accent" },
	{ 0xFFA0, 0xFFA0, LOOKALIKE_INVISIBLE, '\0', "halfwidth hangul filler" },
	{ 0xFFF9, 0xFFFC, LOOKALIKE_INVISIBLE, '\0', "invisible character" },
	{ 0x10EAD, 0x10EAD, LOOKALIKE_DASH, '-', "yezidi hyphenation mark" },
	{ 0xE0000, 0xE007F, LOOKALIKE_INVISIBLE, '\0', "tag character" },
};

static bool look_up(unsigned long point, unsigned kinds, struct lookalike *found)
{
	for (size_t i = 0; i < LENGTH(ranges) && ranges[i].first <= point; i++) {
		if (point > ranges[i].last)
			continue;
		found->kind = ranges[i].kind;
		found->point = point;
		found->name = ranges[i].name;
		found->meant = ranges[i].meant;
		return ranges[i].kind & kinds;
	}
	return false;
}

/* The meaning of a byte that is not UTF-8, in a file from Windows; 0: no character of the table. */
static unsigned long code_point_of_byte(char byte)
{
	static const struct {
		unsigned char byte;
		unsigned long point;
	} bytes[] = { { 0x91, 0x2018 }, { 0x92, 0x2019 }, { 0x93, 0x201C }, { 0x94, 0x201D },
		      { 0x96, 0x2013 }, { 0x97, 0x2014 }, { 0xA0, 0x00A0 } };

	for (size_t i = 0; i < LENGTH(bytes); i++)
		if (bytes[i].byte == (unsigned char)byte)
			return bytes[i].point;
	return 0;
}

/* `step` is the length of the character in UTF-8, 0 if the bytes are no UTF-8. */
static bool is_at(const char *text, size_t at, size_t step, unsigned kinds, struct lookalike *found)
{
	found->at = at;
	found->len = step ? step : 1;
	return look_up(step ? str_code_point(text + at, step) : code_point_of_byte(text[at]), kinds,
		       found);
}

bool lookalike_find(const char *text, unsigned kinds, struct lookalike *found)
{
	size_t len = strlen(text);

	for (size_t at = 0; at < len;) {
		size_t step = str_utf8_len(text + at, len - at);
		if (is_at(text, at, step, kinds, found))
			return true;
		at += step ? step : 1;
	}
	return false;
}

bool lookalike_begins(const char *text, unsigned kinds, struct lookalike *found)
{
	return *text && is_at(text, 0, str_utf8_len(text, strlen(text)), kinds, found);
}

bool lookalike_ends(const char *text, unsigned kinds, struct lookalike *found)
{
	size_t len = strlen(text);

	for (size_t step = 1; step <= 4 && step <= len; step++)
		if (str_utf8_len(text + len - step, step) == step)
			return is_at(text, len - step, step, kinds, found);
	return len > 0 && is_at(text, len - 1, 0, kinds, found);
}

char *lookalike_mend(const char *text, unsigned kinds)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	struct lookalike found;

	while (lookalike_find(text, kinds, &found)) {
		str_add_n(&out, text, found.at);
		if (found.meant)
			str_add_char(&out, found.meant);
		text += found.at + found.len;
	}
	str_add(&out, text);
	return str_take(&out);
}

void lookalike_add(struct str *out, const struct lookalike *found)
{
	str_addf(out, "U+%04lX (%s)", found->point, found->name);
}
