/* mime.c - text beyond ASCII in a header: encoded-words and parameters */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/mime.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "mail/atom.h"
#include "mail/decoder.h"
#include "mail/encoding.h"

#include <stdint.h>
#include <string.h>

#define FOLD "\r\n "

enum {
	WORD_MAX = 75,
	WORD_FRAME = 7, /* an encoded-word without its charset and text */
	LINE_MAX_WITH_WORD = 76,
	PARAMETER_LINE_MAX = 76, /* with the semicolon after it */
	KEPT_MAX = 450,          /* quotes may double it, which still fits into a line of 998 */
	LINE_MAX = 998,
	SECTION_MIN = 45,
	SECTION_MAX = 60, /* of an existing value by RFC 2231 that is too long for a line */
};

/* Bytes that become encoded-words. */
struct words {
	const char *bytes;
	size_t len;
	struct charset charset;
};

/* Number of bytes, in whole characters, that fit into an encoded-word at this column. */
static size_t bytes_that_fit(struct words words, size_t column)
{
	size_t room = column < LINE_MAX_WITH_WORD ? LINE_MAX_WITH_WORD - column : 0;
	size_t frame = strlen(words.charset.name) + WORD_FRAME;
	size_t fits = 0;

	if (room > WORD_MAX)
		room = WORD_MAX;
	size_t max = room > frame ? (room - frame) / 4 * 3 : 0;
	while (words.len > 0) {
		size_t step = charset_step(words.charset, words.bytes, words.len);
		if (fits + step > max)
			break;
		fits += step;
		words.bytes += step;
		words.len -= step;
	}
	return fits;
}

static size_t add_encoded(struct str *out, struct words words, size_t column)
{
	while (words.len > 0) {
		size_t len = bytes_that_fit(words, column);
		size_t before = out->len;
		if (len > 0) {
			str_addf(out, "=?%s?B?", words.charset.name);
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

size_t mime_add_encoded_in(struct str *out, const char *bytes, size_t len, struct charset charset,
			   size_t column)
{
	return add_encoded(out, (struct words){ bytes, len, charset }, column);
}

size_t mime_add_encoded_bytes(struct str *out, const char *bytes, size_t len, struct charset named,
			      size_t column)
{
	return mime_add_encoded_in(out, bytes, len, charset_of(named, bytes, len), column);
}

size_t mime_add_encoded_words(struct str *out, const char *text, size_t column)
{
	CLEANUP(str_done) struct str clean = STR_INIT;

	str_add_printable(&clean, text, strlen(text));
	return mime_add_encoded_bytes(out, clean.bytes, clean.len, charset_named("UTF-8"), column);
}

/* Existing encoded-words */

static size_t charset_len(const char *text)
{
	size_t len = strcspn(text, "? \t\r\n");

	return str_is_ascii(text, len) ? len : 0;
}

bool mime_find_word(const char *text, struct mime_word *word)
{
	if (text[0] != '=' || text[1] != '?')
		return false;
	size_t len = charset_len(text + 2);
	const char *mark = text + 2 + len;
	if (len == 0 || mark[0] != '?' || !mark[1] || !strchr("bBqQ", mark[1]) || mark[2] != '?')
		return false;
	size_t text_len = strcspn(mark + 3, "?\r\n");
	if (text_len == 0 || mark[3 + text_len] != '?' || mark[4 + text_len] != '=')
		return false;
	*word = (struct mime_word){
		.charset = text + 2,
		.charset_len = strcspn(text + 2, "*?"),
		.is_quoted = ascii_lower(mark[1]) == 'q',
		.text = mark + 3,
		.text_len = text_len,
		.len = (size_t)(mark + 5 + text_len - text),
	};
	return true;
}

void mime_add_unquoted(struct str *out, const struct mime_word *word)
{
	for (size_t i = 0; i < word->text_len; i++) {
		const char *at = word->text + i;
		int high = *at == '=' ? str_hex_digit(at[1]) : -1;
		int low = high >= 0 ? str_hex_digit(at[2]) : -1;
		char c = *at == '_' ? ' ' : *at;
		if (low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		}
		str_add_char(out, c);
	}
}

static void add_said(struct str *out, const struct mime_word *word)
{
	struct decoder decoder;

	if (word->is_quoted) {
		mime_add_unquoted(out, word);
		return;
	}
	decoder_init(&decoder, ENCODING_BASE64);
	decoder_take(&decoder, word->text, word->text_len, out);
	decoder_end(&decoder, out);
}

void mime_add_decoded(struct str *out, const char *text)
{
	struct mime_word word;
	size_t behind =
		0; /* length of `out` after the last encoded-word, if only blanks follow it */

	while (*text) {
		if (!mime_find_word(text, &word) ||
		    !ascii_is(word.charset, word.charset_len, "utf-8")) {
			behind = ascii_is_blank(*text) ? behind : 0;
			str_add_char(out, *text++);
			continue;
		}
		/*
		 * Mail readers do not show blanks between two encoded-words. RFC 2047 section 6.2.
		 */
		if (behind)
			str_cut(out, behind);
		add_said(out, &word);
		behind = out->len;
		text += word.len;
	}
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

/* Appends as many whole characters as fit into the line; returns their bytes. */
static size_t add_segment(struct str *out, const char *value, size_t len, struct charset charset,
			  size_t room)
{
	size_t used = 0;

	while (used < len) {
		CLEANUP(str_done) struct str character = STR_INIT;
		size_t step = charset_step(charset, value + used, len - used);
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

/* Appends "name*0*=utf-8''", "name*1*=" and so on; number -1: the single section. */
static void add_extended_name(struct str *out, const char *name, int number, struct charset charset)
{
	CLEANUP(mem_free_at) char *lower = mem_copy(charset.name);

	ascii_make_lower(lower);
	str_addf(out, "%s*", name);
	if (number >= 0)
		str_addf(out, "%d*", number);
	str_add_char(out, '=');
	if (number <= 0)
		str_addf(out, "%s''", lower);
}

/* Appends a section with as much of the value as fits; returns its bytes. */
static size_t add_extended_line(struct str *out, const char *name, int number, const char *value,
				size_t len, struct charset charset)
{
	str_add(out, ";" FOLD);
	size_t begin = out->len - 1;
	add_extended_name(out, name, number, charset);
	size_t column = out->len - begin;
	return add_segment(out, value, len, charset,
			   column < PARAMETER_LINE_MAX ? PARAMETER_LINE_MAX - column : 0);
}

/* Uses RFC 2231 sections 3 and 4; without numbers if one line is enough. */
static void add_extended(struct str *out, const char *name, const char *value, struct charset named)
{
	size_t len = strlen(value);
	struct charset charset = charset_of(named, value, len);
	size_t begin = out->len;

	if (add_extended_line(out, name, -1, value, len, charset) == len)
		return;
	str_cut(out, begin);
	for (int number = 0; len > 0; number++) {
		size_t used = add_extended_line(out, name, number, value, len, charset);
		value += used;
		len -= used;
	}
}

/* The same in one line of any length. */
static void add_unparted(struct str *out, const char *name, const char *value, struct charset named)
{
	size_t len = strlen(value);
	struct charset charset = charset_of(named, value, len);

	str_add(out, ";" FOLD);
	add_extended_name(out, name, -1, charset);
	(void)add_segment(out, value, len, charset, SIZE_MAX);
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
 * Mail readers differ about backslashes and blanks within quotes, and many decode text there that
 * looks like an encoded-word.
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
		add_extended(out, name, value, charset_named("UTF-8"));
}

/* Whether a split here would break a triplet, or a character that may be UTF-8. */
static bool is_inside(const char *value, size_t at)
{
	bool is_next = value[at] == '%' && strchr("89ABab", value[at + 1]);

	return value[at - 1] == '%' || value[at - 2] == '%' || (is_next && at > SECTION_MIN + 2);
}

/* Splits "name*=charset''%xx%xx" into sections that fit into lines. */
static void add_sections(struct str *out, const char *name, const char *value)
{
	int name_len = (int)strcspn(name, "*");

	for (int number = 0; *value; number++) {
		size_t len = strnlen(value, SECTION_MAX);
		while (value[len] && len > SECTION_MIN && is_inside(value, len))
			len--;
		str_addf(out, ";" FOLD "%.*s*%d*=%.*s", name_len, name, number, (int)len, value);
		value += len;
	}
}

/*
 * Handles "name*", "name*0*" and "name*0"; the first two have percent signs already. The value may
 * have been in quotes, although RFC 2231 has none.
 */
static void keep_extended(struct str *out, const char *name, const char *value)
{
	bool has_percents = name[strlen(name) - 1] == '*';
	bool is_whole = strcspn(name, "*") + 1 == strlen(name);
	CLEANUP(str_done) struct str text = STR_INIT;

	if (!has_percents && str_is_ascii(value, strlen(value))) {
		add_value(out, name, value);
		return;
	}
	for (; *value; value++)
		if (has_percents && is_token_char(*value))
			str_add_char(&text, *value);
		else
			add_percent(&text, *value);
	if (is_whole && strlen(name) + text.len + sizeof " =;" > LINE_MAX)
		add_sections(out, name, text.bytes);
	else
		str_addf(out, ";" FOLD "%s%s=%s", name, has_percents ? "" : "*", text.bytes);
}

static bool is_file_name(const char *name)
{
	return strcmp(name, "filename") == 0 || strcmp(name, "name") == 0;
}

/* Parameters that mail readers look for without RFC 2231. */
static bool is_looked_for(const char *name)
{
	static const char *const names[] = {
		"boundary", "charset",     "type",       "protocol",    "micalg",     "format",
		"delsp",    "start",       "start-info", "report-type", "smime-type", "method",
		"id",       "access-type", "total",      "number",
	};

	for (size_t i = 0; i < LENGTH(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Keeps the value in one piece as long as that can be sent. */
static void add_whole(struct str *out, const char *name, const char *value, struct charset named)
{
	size_t before = out->len;

	add_value(out, name, value);
	if (out->len - before - strlen(";" FOLD) < LINE_MAX || is_looked_for(name))
		return;
	str_cut(out, before);
	add_extended(out, name, value, named);
}

/* Value beyond ASCII. It may contain encoded-words, which most mail readers decode there. */
static void add_file_name(struct str *out, const char *name, const char *value,
			  struct charset named)
{
	CLEANUP(str_done) struct str decoded = STR_INIT;

	mime_add_decoded(&decoded, value);
	bool is_text =
		str_is_utf8(decoded.bytes, decoded.len) && strlen(decoded.bytes) == decoded.len;
	add_extended(out, name, is_text ? decoded.bytes : value, named);
}

void mime_keep_parameter(struct str *out, const char *name, const char *value, struct charset named)
{
	size_t len = strlen(value);
	bool is_ascii = str_is_ascii(value, len);

	if (strchr(name, '*'))
		keep_extended(out, name, value);
	else if (is_file_name(name) && !is_ascii)
		add_file_name(out, name, value, named);
	else if (is_file_name(name) && len > KEPT_MAX)
		add_extended(out, name, value, named);
	else if (!is_ascii)
		add_unparted(out, name, value, named);
	else
		add_whole(out, name, value, named);
}
