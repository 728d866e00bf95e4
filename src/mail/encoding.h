/* encoding.h - content-transfer-encodings, in pieces: quoted-printable and base64 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* RFC 2045 section 6. */
enum encoding {
	ENCODING_7BIT,
	ENCODING_8BIT,
	ENCODING_BINARY,
	ENCODING_QUOTED_PRINTABLE,
	ENCODING_BASE64,
	ENCODING_OTHER, /* a name that we don't know */
};

/*
 * The encoding that a Content-Transfer-Encoding field names, blanks and comments aside. An empty
 * one is passed over by readers, so it stands for the default. Other names for text that is not
 * encoded ("8-bit", "utf-8") are known, too.
 */
enum encoding encoding_find(const char *text, size_t len);
/* As such a field names it; NULL for ENCODING_OTHER. */
const char *encoding_name(enum encoding encoding);

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

/*
 * The way back. What is no base64 is passed over, and what is no quoted-printable stands for
 * itself, as RFC 2045 asks of robust readers; `is_broken` is then set.
 */
struct decoder {
	enum encoding from;
	char held[4]; /* base64: digits of a group; else an equals sign and what follows it */
	size_t held_len;
	bool is_ended; /* padding was seen */
	bool is_broken;
};

void decoder_init(struct decoder *decoder, enum encoding from);
/* Appends what the bytes stand for, and at the end what was held. */
void decoder_take(struct decoder *decoder, const char *bytes, size_t len, struct str *out);
void decoder_end(struct decoder *decoder, struct str *out);
