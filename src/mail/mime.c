/* mime.c - encodings: base64, and words beyond ASCII in header fields */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/mime.h"

#include "base/base64.h"

#include <string.h>

#define WORD_BEGIN         "=?UTF-8?B?"
#define WORD_END           "?="
#define WORD_FRAME         (sizeof WORD_BEGIN - 1 + sizeof WORD_END - 1)
#define WORD_MAX           75
#define LINE_MAX_WITH_WORD 76
#define FOLD               "\r\n "

void mime_add_base64(struct str *out, const void *bytes, size_t len)
{
	base64_add(out, bytes, len);
}

/* How many bytes of whole characters fit into a word that begins in this column. */
static size_t bytes_that_fit(const char *text, size_t len, size_t column)
{
	size_t room = column < LINE_MAX_WITH_WORD ? LINE_MAX_WITH_WORD - column : 0;
	size_t fits = 0;

	if (room > WORD_MAX)
		room = WORD_MAX;
	size_t max = room > WORD_FRAME ? (room - WORD_FRAME) / 4 * 3 : 0;
	while (fits < len) {
		size_t step = str_utf8_len(text + fits, len - fits);
		if (fits + step > max)
			break;
		fits += step;
	}
	return fits;
}

size_t mime_add_encoded_words(struct str *out, const char *text, size_t column)
{
	CLEANUP(str_done) struct str clean = STR_INIT;

	str_add_printable(&clean, text, strlen(text));
	for (size_t i = 0; i < clean.len;) {
		size_t len = bytes_that_fit(clean.bytes + i, clean.len - i, column);
		if (len == 0) {
			str_add(out, FOLD);
			column = 1;
			continue;
		}
		size_t before = out->len;
		str_add(out, WORD_BEGIN);
		mime_add_base64(out, clean.bytes + i, len);
		str_add(out, WORD_END);
		column += out->len - before;
		i += len;
		if (i < clean.len) {
			str_add(out, FOLD);
			column = 1;
		}
	}
	return column;
}
