/* content.c - the content after DATA: undoing dot-stuffing, finding the end; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "serve/content.h"

#include <string.h>

void content_begin(struct content *content, bool is_strict)
{
	*content = (struct content){ .is_strict = is_strict };
}

static size_t take_text(struct content *content, const char *bytes, size_t len, struct str *out)
{
	const char *lf = memchr(bytes, '\n', len);
	size_t used = lf ? (size_t)(lf - bytes) + 1 : len;
	bool is_crlf = lf && lf > bytes ? lf[-1] == '\r' : content->has_cr;

	str_add_n(out, bytes, used);
	if (lf && (is_crlf || !content->is_strict))
		content->place = CONTENT_LINE_START;
	content->has_cr = bytes[used - 1] == '\r';
	return used;
}

static size_t go_on_as_text(struct content *content, bool has_cr)
{
	content->place = CONTENT_TEXT;
	content->has_cr = has_cr;
	return 0;
}

/*
 * Handles a byte that may belong to the end of the content. Returns 1 if it was used, 0 if it is
 * text.
 */
static size_t take_start(struct content *content, char byte, struct str *out)
{
	switch (content->place) {
	case CONTENT_LINE_START:
		if (byte != '.')
			return go_on_as_text(content, false);
		content->place = CONTENT_DOT;
		return 1;
	case CONTENT_DOT:
		content->is_ended = byte == '\n' && !content->is_strict;
		if (byte != '\r' && !content->is_ended)
			return go_on_as_text(content, false);
		content->place = CONTENT_DOT_CR;
		return 1;
	case CONTENT_DOT_CR:
		content->is_ended = byte == '\n';
		if (content->is_ended)
			return 1;
		str_add_char(out, '\r');
		return go_on_as_text(content, true);
	case CONTENT_TEXT:
		break;
	}
	return 0;
}

size_t content_take(struct content *content, const char *bytes, size_t len, struct str *out)
{
	size_t used = 0;

	while (used < len && !content->is_ended)
		used += content->place == CONTENT_TEXT
				? take_text(content, bytes + used, len - used, out)
				: take_start(content, bytes[used], out);
	return used;
}
