/* part.c - the parts of a message that we make, and how a text travels */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/part.h"

#include "mail/mime.h"

#include <stdio.h>

void part_text_begin(struct part_text *text)
{
	*text = (struct part_text){ 0 };
	content_facts_begin(&text->scan, &text->facts);
}

void part_text_take(struct part_text *text, const char *bytes, size_t len)
{
	if (len == 0)
		return;
	content_facts_take(&text->scan, bytes, len);
	for (size_t i = 0; i < len; i++)
		text->beyond += (unsigned char)bytes[i] >= 0x80;
	text->len += len;
	text->last = bytes[len - 1];
}

void part_text_end(struct part_text *text)
{
	content_facts_end(&text->scan);
}

const char *part_text_charset(const struct part_text *text)
{
	if (!text->facts.is_8bit)
		return "us-ascii";
	return text->facts.is_broken_utf8 ? "unknown-8bit" : "utf-8";
}

/* For n bytes, base64 makes 4/3 n, and quoted-printable n plus two for each byte beyond ASCII. */
enum encoding part_text_encoding(const struct part_text *text)
{
	if (content_facts_are_plain(&text->facts))
		return ENCODING_7BIT;
	return text->beyond > text->len / 6 ? ENCODING_BASE64 : ENCODING_QUOTED_PRINTABLE;
}

static void add_encoding(struct str *out, enum encoding encoding)
{
	str_addf(out, "Content-Transfer-Encoding: %s\r\n", encoding_name(encoding));
}

void part_add_text_fields(struct str *out, const char *type, const struct part_text *text)
{
	str_addf(out, "Content-Type: %s; charset=%s\r\n", type, part_text_charset(text));
	add_encoding(out, part_text_encoding(text));
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
