/* decoder.h - quoted-printable or base64 in pieces to bytes */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "mail/encoding.h"

/*
 * Decodes bytes that come in pieces. Bytes that are no base64 are skipped, and an invalid escape of
 * quoted-printable stands for itself, as RFC 2045 asks of robust readers; `is_broken` is then set.
 */
struct decoder {
	enum encoding from;
	char held[4]; /* base64: digits of a group; else an equals sign and the byte after it */
	size_t held_len;
	bool is_ended; /* padding was seen */
	bool is_broken;
};

void decoder_init(struct decoder *decoder, enum encoding from);
/* Appends the decoded bytes; decoder_end() appends the bytes held back. */
void decoder_take(struct decoder *decoder, const char *bytes, size_t len, struct str *out);
void decoder_end(struct decoder *decoder, struct str *out);
