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
	SEGMENT_MAX = 60, /* of a parameter's value */
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

/* How many bytes of whole characters make a segment that is not too long. */
static size_t segment_len(const char *value, size_t len, bool is_utf8)
{
	size_t used = 0;
	size_t width = 0;

	while (used < len && width < SEGMENT_MAX) {
		size_t step = is_utf8 ? str_utf8_len(value + used, len - used) : 1;
		width += is_token_char(value[used]) ? step : 3 * step;
		used += step;
	}
	return used;
}

/* RFC 2231 sections 3 and 4: "name*0*=utf-8''...", and without a number where one will do. */
static void add_extended(struct str *out, const char *name, const char *value)
{
	size_t len = strlen(value);
	bool is_utf8 = str_is_utf8(value, len);
	bool is_one = segment_len(value, len, is_utf8) == len;

	for (int number = 0; len > 0; number++) {
		size_t segment = segment_len(value, len, is_utf8);
		str_addf(out, ";" FOLD "%s*", name);
		if (!is_one)
			str_addf(out, "%d*", number);
		str_add(out, number > 0 ? "=" : is_utf8 ? "=utf-8''" : "=unknown-8bit''");
		for (size_t i = 0; i < segment; i++)
			add_percent(out, value[i]);
		value += segment;
		len -= segment;
	}
}

void mime_add_parameter(struct str *out, const char *name, const char *value)
{
	size_t len = strlen(value);

	if (!str_is_ascii(value, len) || len > LINE_MAX_WITH_WORD) {
		add_extended(out, name, value);
		return;
	}
	str_addf(out, ";" FOLD "%s=", name);
	if (is_token(value) || strchr(name, '*'))
		str_add(out, value);
	else
		atom_add_quoted(out, value);
}
