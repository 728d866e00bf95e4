/* field.c - header fields that we write: texts, lists of addresses, values */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/field.h"

#include "base/clock.h"
#include "mail/mime.h"

#include <string.h>

enum { LINE_LEN = 78, VALUE_MAX = 900 };

/* Characters of two and three bytes; those of one byte are tested where they occur. */
static bool is_control(const unsigned char *bytes, size_t len)
{
	if (len == 2)
		return bytes[0] == 0xC2 && bytes[1] < 0xA0;
	if (len != 3 || bytes[0] != 0xE2)
		return false;
	return (bytes[1] == 0x80 && bytes[2] >= 0xA8 && bytes[2] <= 0xAE) ||
	       (bytes[1] == 0x81 && bytes[2] >= 0xA6 && bytes[2] <= 0xA9);
}

void field_clean(const char *text, char instead, struct str *out)
{
	size_t len = strlen(text);

	for (size_t i = 0, step; i < len; i += step) {
		const unsigned char *bytes = (const unsigned char *)text + i;
		step = str_utf8_len(text + i, len - i);
		if (step == 0 || *bytes < ' ' || *bytes == 0x7F || is_control(bytes, step))
			str_add_char(out, instead);
		else
			str_add_n(out, text + i, step);
		step += !step;
	}
}

/* The blanks before a word, and the word. */
static size_t field_word_len(const char *text)
{
	size_t blanks = strspn(text, " ");

	return blanks + strcspn(text + blanks, " ");
}

/* Whether the text can be folded unchanged, and no word of it looks like an encoded-word. */
static bool is_plain_char(const char *text, size_t column)
{
	if (!str_is_ascii(text, strlen(text)) || strstr(text, "=?"))
		return false;
	for (; *text; text += field_word_len(text), column = 0)
		if (column + field_word_len(text) > LINE_LEN)
			return false;
	return true;
}

static void add_folded(struct str *out, const char *text, size_t column)
{
	for (size_t len; *text; text += len) {
		len = field_word_len(text);
		if (column + len > LINE_LEN) {
			str_add(out, "\r\n");
			column = 0;
		}
		str_add_n(out, text, len);
		column += len;
	}
}

void field_add_text(struct str *out, const char *name, const char *text)
{
	CLEANUP(str_done) struct str clean = STR_INIT;
	size_t column = strlen(name) + sizeof ": " - 1;

	field_clean(text, ' ', &clean);
	while (clean.len > 0 && clean.bytes[clean.len - 1] == ' ')
		str_cut(&clean, clean.len - 1);
	str_drop(&clean, strspn(clean.bytes, " "));
	if (clean.len == 0)
		return;
	str_addf(out, "%s: ", name);
	if (is_plain_char(clean.bytes, column))
		add_folded(out, clean.bytes, column);
	else
		(void)mime_add_encoded_bytes(out, clean.bytes, clean.len, charset_named("UTF-8"),
					     column);
	str_add(out, "\r\n");
}

void field_add_addresses(struct str *out, const char *name, const struct address_list *list)
{
	CLEANUP(str_done) struct str body = STR_INIT;

	address_add_list(&body, list);
	if (body.len > 0)
		str_addf(out, "%s: %s\r\n", name, body.bytes);
}

void field_add_ascii(struct str *out, const char *text, size_t max)
{
	size_t left = strlen(text);
	size_t end = out->len + max;

	while (left && out->len < end) {
		size_t step = str_utf8_len(text, left);
		bool is_plain = *text >= ' ' && *text < 0x7F;
		str_add_char(out, is_plain ? *text : '?');
		text += step ? step : 1;
		left -= step ? step : 1;
	}
}

void field_add_value(struct str *out, const char *name, const char *value)
{
	str_addf(out, "%s: ", name);
	field_add_ascii(out, value, VALUE_MAX);
	str_add(out, "\r\n");
}

void field_add_date(struct str *out, const char *name, time_t when)
{
	if (!when)
		return;
	str_addf(out, "%s: ", name);
	clock_add_date(out, when);
	str_add(out, "\r\n");
}
