/* lines.c - line ends, in pieces: LF to CRLF, and back */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/lines.h"

#include <string.h>

/* More CRs than this are not part of a line end. */
enum { CRS_MAX = 1024 };

void lines_end_clean(struct lines *lines, struct str *out)
{
	for (; lines->crs > 0; lines->crs--)
		str_add_char(out, '\r');
}

void lines_add_clean(struct lines *lines, const char *bytes, size_t len, struct str *out)
{
	while (len > 0) {
		const char *cr = memchr(bytes, '\r', len);
		size_t text = cr ? (size_t)(cr - bytes) : len;
		if (bytes[0] == '\n')
			lines->crs = 0;
		else if (text > 0 || lines->crs == CRS_MAX)
			lines_end_clean(lines, out);
		str_add_n(out, bytes, text);
		lines->crs += cr != NULL;
		text += cr != NULL;
		bytes += text;
		len -= text;
	}
}

void lines_add_crlf(struct lines *lines, const char *bytes, size_t len, struct str *out)
{
	while (len > 0) {
		const char *lf = memchr(bytes, '\n', len);
		size_t text = lf ? (size_t)(lf - bytes) : len;
		str_add_n(out, bytes, text);
		if (text > 0)
			lines->is_after_cr = bytes[text - 1] == '\r';
		if (lf) {
			str_add(out, lines->is_after_cr ? "\n" : "\r\n");
			lines->is_after_cr = false;
			text++;
		}
		bytes += text;
		len -= text;
	}
}

void lines_add_lf(struct lines *lines, const char *bytes, size_t len, struct str *out)
{
	while (len > 0) {
		const char *cr = memchr(bytes, '\r', len);
		size_t text = cr ? (size_t)(cr - bytes) : len;
		if (lines->is_after_cr && bytes[0] != '\n')
			str_add_char(out, '\r');
		str_add_n(out, bytes, text);
		lines->is_after_cr = cr != NULL;
		text += cr != NULL;
		bytes += text;
		len -= text;
	}
}

void lines_end_lf(struct lines *lines, struct str *out)
{
	if (lines->is_after_cr)
		str_add_char(out, '\r');
	lines->is_after_cr = false;
}
