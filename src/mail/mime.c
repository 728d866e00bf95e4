/* mime.c - what is not ASCII in a header: encoded-words and parameters */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/mime.h"

#include "base/base64.h"
#include "mail/atom.h"

#include <string.h>

#define FOLD "\r\n "

enum {
	WORD_MAX = 75,
	WORD_FRAME = 7, /* an encoded-word without its charset and text */
	LINE_MAX_WITH_WORD = 76,
	PARAMETER_LINE_MAX = 76, /* with the semicolon behind it */
	KEPT_MAX = 450,          /* may double by its quotes, and still fits into a line of 998 */
};

/* Bytes that are to become encoded-words. */
struct words {
	const char *bytes;
	size_t len;
	const char *charset;
	bool is_utf8;
};

static size_t character_len(const struct words *words)
{
	return words->is_utf8 ? str_utf8_len(words->bytes, words->len) : 1;
}

/* How many bytes of whole characters fit into a word that begins in this column. */
static size_t bytes_that_fit(struct words words, size_t column)
{
	size_t room = column < LINE_MAX_WITH_WORD ? LINE_MAX_WITH_WORD - column : 0;
	size_t frame = strlen(words.charset) + WORD_FRAME;
	size_t fits = 0;

	if (room > WORD_MAX)
		room = WORD_MAX;
	size_t max = room > frame ? (room - frame) / 4 * 3 : 0;
	while (words.len > 0) {
		size_t step = character_len(&words);
		if (fits + step > max)
			break;
		fits += step;
		words.bytes += step;
		words.len -= step;
	}
	return fits;
}

static size_t add_words(struct str *out, struct words words, size_t column)
{
	while (words.len > 0) {
		size_t len = bytes_that_fit(words, column);
		size_t before = out->len;
		if (len > 0) {
			str_addf(out, "=?%s?B?", words.charset);
			base64_add(out, words.bytes, len);
			str_add(out, "?=");
			column += out->len - before;
			words.bytes += len;
			words.len -= len;
		}
		if (words.len > 0) {
			str_add(out, FOLD);
			column = 1;
		}
	}
	return column;
}

size_t mime_add_encoded_bytes(struct str *out, const char *bytes, size_t len, size_t column)
{
	bool is_utf8 = str_is_utf8(bytes, len);
	const struct words words = { bytes, len, is_utf8 ? "UTF-8" : "unknown-8bit", is_utf8 };

	return add_words(out, words, column);
}

size_t mime_add_encoded_words(struct str *out, const char *text, size_t column)
{
	CLEANUP(str_done) struct str clean = STR_INIT;

	str_add_printable(&clean, text, strlen(text));
	return mime_add_encoded_bytes(out, clean.bytes, clean.len, column);
}

/* Parameters */

/* A token of RFC 2045 section 5.1. */
static bool is_token_char(char c)
{
	return c > ' ' && c < 0x7F && !strchr("()<>@,;:\\\"/[]?=", c);
}

static bool is_token(const char *text)
{
	bool is_empty = !*text;

	while (is_token_char(*text))
		text++;
	return !is_empty && !*text;
}

static void add_percent(struct str *out, char c)
{
	if (is_token_char(c) && !strchr("*'%", c))
		str_add_char(out, c);
	else
		str_addf(out, "%%%02X", (unsigned char)c);
}

/* Appends bytes of whole characters as far as they fit into the line; returns how many. */
static size_t add_segment(struct str *out, const char *value, size_t len, bool is_utf8, size_t room)
{
	size_t used = 0;

	while (used < len) {
		CLEANUP(str_done) struct str character = STR_INIT;
		size_t step = is_utf8 ? str_utf8_len(value + used, len - used) : 1;
		for (size_t i = 0; i < step; i++)
			add_percent(&character, value[used + i]);
		if (used > 0 && character.len > room)
			break;
		str_add_n(out, character.bytes, character.len);
		room -= character.len < room ? character.len : room;
		used += step;
	}
	return used;
}

/* "name*0*=utf-8''", "name*1*=" and so on; number -1: the only one. */
static void add_extended_name(struct str *out, const char *name, int number, bool is_utf8)
{
	str_addf(out, "%s*", name);
	if (number >= 0)
		str_addf(out, "%d*", number);
	str_add_char(out, '=');
	if (number <= 0)
		str_add(out, is_utf8 ? "utf-8''" : "unknown-8bit''");
}

/* The rest of the value in one more segment; returns how many bytes went into it. */
static size_t add_extended_line(struct str *out, const char *name, int number, const char *value,
				size_t len, bool is_utf8)
{
	str_add(out, ";" FOLD);
	size_t begin = out->len - 1;
	add_extended_name(out, name, number, is_utf8);
	size_t column = out->len - begin;
	return add_segment(out, value, len, is_utf8,
			   column < PARAMETER_LINE_MAX ? PARAMETER_LINE_MAX - column : 0);
}

/* RFC 2231 sections 3 and 4, without a number where one line will do. */
static void add_extended(struct str *out, const char *name, const char *value)
{
	size_t len = strlen(value);
	bool is_utf8 = str_is_utf8(value, len);
	size_t begin = out->len;

	if (add_extended_line(out, name, -1, value, len, is_utf8) == len)
		return;
	str_cut(out, begin);
	for (int number = 0; len > 0; number++) {
		size_t used = add_extended_line(out, name, number, value, len, is_utf8);
		value += used;
		len -= used;
	}
}

static void add_value(struct str *out, const char *name, const char *value)
{
	str_addf(out, ";" FOLD "%s=", name);
	if (is_token(value) && !strpbrk(value, "*'%"))
		str_add(out, value);
	else
		atom_add_quoted(out, value);
}

/*
 * Readers differ about backslashes and blanks within quotes, and many take what looks like an
 * encoded-word for one.
 */
static bool is_simple(const char *name, const char *value)
{
	size_t len = strlen(value);

	if (len > 0 && (value[0] == ' ' || value[len - 1] == ' '))
		return false;
	return str_is_ascii(value, len) && !strpbrk(value, "\"\\") && !strstr(value, "=?") &&
	       strlen(name) + len + sizeof " =\"\"" - 1 <= PARAMETER_LINE_MAX;
}

void mime_add_parameter(struct str *out, const char *name, const char *value)
{
	if (is_simple(name, value))
		add_value(out, name, value);
	else
		add_extended(out, name, value);
}

/*
 * "name*", "name*0*" or "name*0"; in the first two there are percents already. There may have been
 * quotes around them, although RFC 2231 has none.
 */
static void keep_extended(struct str *out, const char *name, const char *value)
{
	bool has_percents = name[strlen(name) - 1] == '*';

	if (!has_percents && str_is_ascii(value, strlen(value))) {
		add_value(out, name, value);
		return;
	}
	str_addf(out, ";" FOLD "%s%s=", name, has_percents ? "" : "*");
	for (; *value; value++)
		if (has_percents && is_token_char(*value))
			str_add_char(out, *value);
		else
			add_percent(out, *value);
}

void mime_keep_parameter(struct str *out, const char *name, const char *value)
{
	size_t len = strlen(value);

	if (strchr(name, '*'))
		keep_extended(out, name, value);
	else if (!str_is_ascii(value, len) || len > KEPT_MAX)
		add_extended(out, name, value);
	else
		add_value(out, name, value);
}
