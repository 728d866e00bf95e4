/* part.h - the parts of a message that we make, and how a text travels */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "mail/content_facts.h"
#include "mail/encoding.h"

/*
 * What has to be known of a text before a field about it can be written. The bytes come in pieces
 * of any length; their lines end LF or CRLF.
 */
struct part_text {
	struct content_facts facts;
	struct content_facts_scan scan;
	uint64_t len;
	uint64_t beyond; /* bytes beyond ASCII */
	char last;
};

/* Begins it, takes what comes, ends it; then the functions below may be asked. */
void part_text_begin(struct part_text *text);
void part_text_take(struct part_text *text, const char *bytes, size_t len);
void part_text_end(struct part_text *text);

/* us-ascii, utf-8, or for what is neither unknown-8bit (RFC 1428). */
const char *part_text_charset(const struct part_text *text);
/* 7bit where that is possible, else quoted-printable or base64, whichever is shorter. */
enum encoding part_text_encoding(const struct part_text *text);

/*
 * The Content- fields of each kind of part, with line ends and without the empty line: a text of
 * that type; a file in base64, whose name has passed field_clean (charset NULL: none); parts of a
 * multipart of that subtype.
 */
void part_add_text_fields(struct str *out, const char *type, const struct part_text *text);
void part_add_file_fields(struct str *out, const char *type, const char *charset, const char *name);
void part_add_multipart_fields(struct str *out, const char *subtype, const char *boundary);

enum { PART_BOUNDARY_LEN = 34, PART_RANDOM_LEN = 16 };

/*
 * Makes a boundary of random bytes. It begins with "=_", which is in no base64 and in no
 * quoted-printable; that 128 random bits are in a text that was there before them is not to be
 * feared.
 */
void part_make_boundary(char boundary[PART_BOUNDARY_LEN + 1],
			const unsigned char random[PART_RANDOM_LEN]);
