/* part.h - the parts of a message that we make, and how a text travels */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "mail/content_facts.h"
#include "mail/encoding.h"

/*
 * Properties of a text that the fields of its part depend on. The bytes come in pieces of any
 * length; lines end LF or CRLF.
 */
struct part_text {
	struct content_facts facts;
	struct content_facts_scan scan;
	uint64_t len;
	uint64_t beyond; /* bytes beyond ASCII */
	char last;
};

/* Begin the text, add bytes, end it. The functions below are valid after part_text_end(). */
void part_text_begin(struct part_text *text);
void part_text_take(struct part_text *text, const char *bytes, size_t len);
void part_text_end(struct part_text *text);

/* Returns us-ascii, utf-8, or else unknown-8bit (RFC 1428). */
const char *part_text_charset(const struct part_text *text);
/* Returns 7bit if possible, else the shorter of quoted-printable and base64. */
enum encoding part_text_encoding(const struct part_text *text);

/*
 * Append the Content- fields of a part, with line ends and without the empty line: of a text of
 * that type; of a file in base64 whose name has passed field_clean (charset NULL: none); of a
 * multipart of that subtype.
 */
void part_add_text_fields(struct str *out, const char *type, const struct part_text *text);
void part_add_file_fields(struct str *out, const char *type, const char *charset, const char *name);
void part_add_multipart_fields(struct str *out, const char *subtype, const char *boundary);

enum { PART_BOUNDARY_LEN = 34, PART_RANDOM_LEN = 16 };

/*
 * Makes a boundary of random bytes. It begins with "=_", which occurs neither in base64 nor in
 * quoted-printable. Other text can't contain 128 random bits by accident.
 */
void part_make_boundary(char boundary[PART_BOUNDARY_LEN + 1],
			const unsigned char random[PART_RANDOM_LEN]);
