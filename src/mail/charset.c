/* charset.c - the charsets that bytes of a header may be in, and their characters; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/charset.h"

#include "base/ascii.h"
#include "base/str.h"

#include <string.h>

enum kind {
	KIND_ANY,    /* each byte is a character */
	KIND_SINGLE, /* each byte is a character, except those in `holes` */
	KIND_UTF8,
	KIND_PAIRS,   /* two bytes: the first in `first`, the second in `second` */
	KIND_EUC_JP,  /* the same with half-width and three-byte characters */
	KIND_SJIS,    /* the same with half-width characters */
	KIND_GB18030, /* the same with four-byte characters */
};

/* Ranges of bytes, as pairs of the first and the last byte. */
struct charset_table {
	const char *name;
	enum kind kind;
	union {
		const char *holes;
		const char *first;
	};
	const char *second;
};

#define C1       "\x80\x9F"
#define CP874    "\x81\x84\x86\x90\x98\x9F\xDB\xDE\xFC\xFF"
#define TRAIL_94 "\xA1\xFE"

static const struct charset_table tables[] = {
	{ "utf-8", KIND_UTF8, { "" }, "" },
	{ "utf8", KIND_UTF8, { "" }, "" },
	{ "unknown-8bit", KIND_ANY, { "" }, "" },
	{ "iso-8859-1", KIND_SINGLE, { C1 }, "" },
	{ "iso8859-1", KIND_SINGLE, { C1 }, "" },
	{ "iso_8859-1", KIND_SINGLE, { C1 }, "" },
	{ "latin1", KIND_SINGLE, { C1 }, "" },
	{ "iso-8859-2", KIND_SINGLE, { C1 }, "" },
	{ "latin2", KIND_SINGLE, { C1 }, "" },
	{ "iso-8859-3",
	  KIND_SINGLE,
	  { C1 "\xA5\xA5\xAE\xAE\xBE\xBE\xC3\xC3\xD0\xD0\xE3\xE3" },
	  "" },
	{ "iso-8859-4", KIND_SINGLE, { C1 }, "" },
	{ "iso-8859-5", KIND_SINGLE, { C1 }, "" },
	{ "iso-8859-6",
	  KIND_SINGLE,
	  { C1 "\xA1\xA3\xA5\xAB\xAE\xBA\xBC\xBE\xC0\xC0\xDB\xDF\xF3\xFF" },
	  "" },
	{ "iso-8859-7", KIND_SINGLE, { C1 "\xAE\xAE\xD2\xD2\xFF\xFF" }, "" },
	{ "iso-8859-8", KIND_SINGLE, { C1 "\xA1\xA1\xBF\xDE\xFB\xFC\xFF\xFF" }, "" },
	{ "iso-8859-8-i", KIND_SINGLE, { C1 "\xA1\xA1\xBF\xDE\xFB\xFC\xFF\xFF" }, "" },
	{ "iso-8859-9", KIND_SINGLE, { C1 }, "" },
	{ "iso-8859-10", KIND_SINGLE, { C1 }, "" },
	{ "iso-8859-11", KIND_SINGLE, { C1 "\xDB\xDE\xFC\xFF" }, "" },
	{ "iso-8859-13", KIND_SINGLE, { C1 }, "" },
	{ "iso-8859-14", KIND_SINGLE, { C1 }, "" },
	{ "iso-8859-15", KIND_SINGLE, { C1 }, "" },
	{ "iso8859-15", KIND_SINGLE, { C1 }, "" },
	{ "iso-8859-16", KIND_SINGLE, { C1 }, "" },
	{ "windows-1250", KIND_SINGLE, { "\x81\x81\x83\x83\x88\x88\x90\x90\x98\x98" }, "" },
	{ "windows-1251", KIND_SINGLE, { "\x98\x98" }, "" },
	{ "cp1251", KIND_SINGLE, { "\x98\x98" }, "" },
	{ "windows-1252", KIND_SINGLE, { "\x81\x81\x8D\x8D\x8F\x90\x9D\x9D" }, "" },
	{ "cp1252", KIND_SINGLE, { "\x81\x81\x8D\x8D\x8F\x90\x9D\x9D" }, "" },
	{ "windows-1253",
	  KIND_SINGLE,
	  { "\x81\x81\x88\x88\x8A\x8A\x8C\x90\x98\x98\x9A\x9A\x9C\x9F\xAA\xAA\xD2\xD2\xFF\xFF" },
	  "" },
	{ "windows-1254", KIND_SINGLE, { "\x81\x81\x8D\x90\x9D\x9E" }, "" },
	{ "windows-1255",
	  KIND_SINGLE,
	  { "\x81\x81\x8A\x8A\x8C\x90\x9A\x9A\x9C\x9F\xCA\xCA\xD9\xDF\xFB\xFC\xFF\xFF" },
	  "" },
	{ "windows-1256", KIND_SINGLE, { "" }, "" },
	{ "windows-1257",
	  KIND_SINGLE,
	  { "\x81\x81\x83\x83\x88\x88\x8A\x8A\x8C\x8C\x90\x90\x98\x98\x9A\x9A\x9C\x9C\x9F\x9F\xA1"
	    "\xA1\xA5\xA5" },
	  "" },
	{ "windows-1258", KIND_SINGLE, { "\x81\x81\x8A\x8A\x8D\x90\x9A\x9A\x9D\x9E" }, "" },
	{ "windows-874", KIND_SINGLE, { CP874 }, "" },
	{ "tis-620", KIND_SINGLE, { "\x80\xA0\xDB\xDE\xFC\xFF" }, "" },
	{ "koi8-r", KIND_SINGLE, { "" }, "" },
	{ "koi8-u", KIND_SINGLE, { "" }, "" },
	{ "koi8-ru", KIND_SINGLE, { "" }, "" },
	{ "ibm437", KIND_SINGLE, { "" }, "" },
	{ "ibm850", KIND_SINGLE, { "" }, "" },
	{ "ibm852", KIND_SINGLE, { "" }, "" },
	{ "ibm866", KIND_SINGLE, { "" }, "" },
	{ "cp866", KIND_SINGLE, { "" }, "" },
	{ "macintosh", KIND_SINGLE, { "" }, "" },
	{ "x-mac-cyrillic", KIND_SINGLE, { "" }, "" },
	{ "gb2312", KIND_PAIRS, { "\xA1\xA9\xB0\xF7" }, TRAIL_94 },
	{ "euc-cn", KIND_PAIRS, { "\xA1\xA9\xB0\xF7" }, TRAIL_94 },
	{ "gbk", KIND_PAIRS, { "\x81\xFE" }, "\x40\x7E\x80\xFE" },
	{ "cp936", KIND_PAIRS, { "\x81\xFE" }, "\x40\x7E\x80\xFE" },
	{ "gb18030", KIND_GB18030, { "\x81\xFE" }, "\x40\x7E\x80\xFE" },
	{ "big5", KIND_PAIRS, { "\x81\xFE" }, "\x40\x7E\xA1\xFE" },
	{ "big5-hkscs", KIND_PAIRS, { "\x81\xFE" }, "\x40\x7E\xA1\xFE" },
	{ "euc-kr", KIND_PAIRS, { "\xA1\xFE" }, TRAIL_94 },
	{ "ks_c_5601-1987", KIND_PAIRS, { "\x81\xFE" }, "\x41\x5A\x61\x7A\x81\xFE" },
	{ "euc-jp", KIND_EUC_JP, { "\xA1\xFE" }, TRAIL_94 },
	{ "shift_jis", KIND_SJIS, { "\x81\x9F\xE0\xFC" }, "\x40\x7E\x80\xFC" },
	{ "shift-jis", KIND_SJIS, { "\x81\x9F\xE0\xFC" }, "\x40\x7E\x80\xFC" },
	{ "windows-31j", KIND_SJIS, { "\x81\x9F\xE0\xFC" }, "\x40\x7E\x80\xFC" },
};

struct charset charset_named(const char *name)
{
	for (size_t i = 0; name && i < LENGTH(tables); i++)
		if (ascii_compare(name, tables[i].name) == 0)
			return (struct charset){ name, &tables[i] };
	return (struct charset){ 0 };
}

static bool is_in(char c, const char *ranges)
{
	unsigned char byte = (unsigned char)c;

	for (; *ranges; ranges += 2)
		if (byte >= (unsigned char)ranges[0] && byte <= (unsigned char)ranges[1])
			return true;
	return false;
}

/* 2 if a pair begins here. */
static size_t pair_len(const struct charset_table *table, const char *bytes, size_t len)
{
	return len > 1 && is_in(bytes[0], table->first) && is_in(bytes[1], table->second) ? 2 : 0;
}

static size_t euc_jp_len(const struct charset_table *table, const char *bytes, size_t len)
{
	unsigned char first = (unsigned char)bytes[0];

	if (first == 0x8E)
		return len > 1 && is_in(bytes[1], "\xA1\xDF") ? 2 : 0;
	if (first == 0x8F)
		return len > 2 && pair_len(table, bytes + 1, len - 1) ? 3 : 0;
	return pair_len(table, bytes, len);
}

static size_t gb18030_len(const struct charset_table *table, const char *bytes, size_t len)
{
	bool is_long = len > 3 && is_in(bytes[0], table->first) && ascii_is_digit(bytes[1]) &&
		       is_in(bytes[2], table->first) && ascii_is_digit(bytes[3]);

	return is_long ? 4 : pair_len(table, bytes, len);
}

size_t charset_step(struct charset charset, const char *bytes, size_t len)
{
	const struct charset_table *table = charset.table;

	if (!table || len == 0)
		return 0;
	if ((unsigned char)*bytes < 0x80)
		return 1;
	switch (table->kind) {
	case KIND_ANY:
		return 1;
	case KIND_SINGLE:
		return !is_in(*bytes, table->holes);
	case KIND_UTF8:
		return str_utf8_len(bytes, len);
	case KIND_PAIRS:
		return pair_len(table, bytes, len);
	case KIND_EUC_JP:
		return euc_jp_len(table, bytes, len);
	case KIND_SJIS:
		return is_in(*bytes, "\xA1\xDF") ? 1 : pair_len(table, bytes, len);
	case KIND_GB18030:
		return gb18030_len(table, bytes, len);
	}
	return 0;
}

bool charset_fits(struct charset charset, const char *bytes, size_t len)
{
	for (size_t i = 0, step; i < len; i += step) {
		step = charset_step(charset, bytes + i, len - i);
		if (!step)
			return false;
	}
	return charset.table != NULL;
}

/* For valid UTF-8. */
static bool has_long_character(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)bytes[i] >= 0xE0)
			return true;
	return false;
}

static bool is_single(struct charset charset)
{
	return charset.table && (charset.table->kind == KIND_SINGLE);
}

struct charset charset_of(struct charset named, const char *bytes, size_t len)
{
	bool is_utf8 = str_is_utf8(bytes, len);

	if (is_utf8 && (is_single(named) || has_long_character(bytes, len)))
		return charset_named("UTF-8");
	/* Uses our spelling of UTF-8, whatever the message's is. */
	if (named.table && named.table->kind != KIND_UTF8 && charset_fits(named, bytes, len))
		return named;
	return charset_named(is_utf8 ? "UTF-8" : "unknown-8bit");
}
