/* encoder.h - bytes in pieces to quoted-printable or base64 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "mail/encoding.h"

/*
 * Encodes bytes to quoted-printable (RFC 2045 section 6.7) or base64 (section 6.8). The bytes come
 * in pieces of any length. The output has lines of at most 76 characters, separated by CRLF,
 * without CRLF after the last. In quoted-printable a CRLF stays a line end; any other CR or LF is
 * encoded. With `is_repair` the bytes are encoded already, and only violations of RFC 2045 are
 * repaired: lines that are too long, and bytes that are not allowed.
 */
struct encoder {
	enum encoding to;
	bool is_repair;
	size_t column;
	bool has_sign;      /* repair: after an equals sign that is not judged yet */
	bool is_after_sign; /* repair: after an equals sign and maybe blanks */
	unsigned char
		held[3]; /* base64: an unfinished group; else a CR or a blank that may end a line */
	size_t held_len;
};

/* `to` is ENCODING_QUOTED_PRINTABLE or ENCODING_BASE64. */
void encoder_init(struct encoder *encoder, enum encoding to);
/* Resets the encoder for other bytes. */
void encoder_begin(struct encoder *encoder);
/* Appends the encoded bytes; encoder_end() appends the bytes held back. */
void encoder_take(struct encoder *encoder, const char *bytes, size_t len, struct str *out);
void encoder_end(struct encoder *encoder, struct str *out);
