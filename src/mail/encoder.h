/* encoder.h - bytes in pieces to quoted-printable or base64 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "mail/encoding.h"

/*
 * Turns bytes into quoted-printable (RFC 2045 section 6.7) or base64 (section 6.8). The bytes come
 * in pieces of any length. What comes out is lines of at most 76 characters with CRLF between them,
 * and none behind the last. To quoted-printable a CRLF is a line's end; any other CR or LF is
 * encoded. With `is_repair` the bytes are in that encoding already, and only what RFC 2045 does not
 * allow in it is put right: lines that are too long, and bytes that can't stand there.
 */
struct encoder {
	enum encoding to;
	bool is_repair;
	size_t column;
	bool has_sign;      /* in a repair: an equals sign that is not judged yet */
	bool is_after_sign; /* in a repair: behind an equals sign and maybe blanks */
	unsigned char
		held[3]; /* base64: not yet a group; else a CR or a blank that may end a line */
	size_t held_len;
};

/* `to` is ENCODING_QUOTED_PRINTABLE or ENCODING_BASE64. */
void encoder_init(struct encoder *encoder, enum encoding to);
/* Makes it ready for other bytes. */
void encoder_begin(struct encoder *encoder);
/* Appends the bytes in that encoding, and at the end what was held. */
void encoder_take(struct encoder *encoder, const char *bytes, size_t len, struct str *out);
void encoder_end(struct encoder *encoder, struct str *out);
