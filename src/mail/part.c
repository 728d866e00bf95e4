/* part.c - the parts of a message that we make, and how a text travels */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/part.h"

#include "mail/mime.h"

#include <stdio.h>

void text_begin(struct text *text)
{
	*text = (struct text){ 0 };
	facts_begin(&text->scan, &text->facts);
}

void text_take(struct text *text, const char *bytes, size_t len)
{
	if (len == 0)
		return;
	facts_take(&text->scan, bytes, len);
	for (size_t i = 0; i < len; i++)
		text->beyond += (unsigned char)bytes[i] >= 0x80;
	text->len += len;
	text->last = bytes[len - 1];
}

void text_end(struct text *text)
{
	facts_end(&text->scan);
}

const char *text_charset(const struct text *text)
{
	if (!text->facts.is_8bit)
		return "us-ascii";
	return text->facts.is_broken_utf8 ? "unknown-8bit" : "utf-8";
}

/* Of n bytes base64 makes 4/3 n, and quoted-printable n and two more for each beyond ASCII. */
enum encoding text_encoding(const struct text *text)
{
	if (facts_are_plain(&text->facts))
		return ENCODING_7BIT;
	return text->beyond > text->len / 6 ? ENCODING_BASE64 : ENCODING_QUOTED_PRINTABLE;
}

static void add_encoding(struct str *out, enum encoding encoding)
{
	str_addf(out, "Content-Transfer-Encoding: %s\r\n", encoding_name(encoding));
}

void part_add_text_fields(struct str *out, const char *type, const struct text *text)
{
	str_addf(out, "Content-Type: %s; charset=%s\r\n", type, text_charset(text));
	add_encoding(out, text_encoding(text));
}

void part_add_file_fields(struct str *out, const char *type, const char *charset, const char *name)
{
	str_addf(out, "Content-Type: %s", type);
	if (charset)
		mime_add_parameter(out, "charset", charset);
	str_add(out, "\r\n");
	add_encoding(out, ENCODING_BASE64);
	str_add(out, "Content-Disposition: attachment");
	mime_add_parameter(out, "filename", name);
	str_add(out, "\r\n");
}

void part_add_multipart_fields(struct str *out, const char *subtype, const char *boundary)
{
	str_addf(out, "Content-Type: multipart/%s", subtype);
	mime_add_parameter(out, "boundary", boundary);
	str_add(out, "\r\n");
}

void part_make_boundary(char boundary[PART_BOUNDARY_LEN + 1],
			const unsigned char random[PART_RANDOM_LEN])
{
	boundary[0] = '=';
	boundary[1] = '_';
	for (size_t i = 0; i < PART_RANDOM_LEN; i++)
		snprintf(boundary + 2 + 2 * i, 3, "%02x", random[i]);
}
