/* encoder.c - bytes in pieces to quoted-printable or base64 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/encoder.h"

#include "base/ascii.h"
#include "base/base64.h"

#include <string.h>

enum { LINE_LEN = 76, GROUP_LEN = 4 };

void encoder_init(struct encoder *encoder, enum encoding to)
{
	*encoder = (struct encoder){ .to = to };
}

void encoder_begin(struct encoder *encoder)
{
	*encoder = (struct encoder){ .to = encoder->to, .is_repair = encoder->is_repair };
}

static void add_group(struct encoder *e, const void *bytes, size_t len, struct str *out)
{
	if (e->column == LINE_LEN) {
		str_add(out, "\r\n");
		e->column = 0;
	}
	base64_add(out, bytes, len);
	e->column += GROUP_LEN;
}

static void take_base64(struct encoder *e, const char *bytes, size_t len, struct str *out)
{
	for (; e->held_len > 0 && e->held_len < sizeof e->held && len > 0; len--)
		e->held[e->held_len++] = (unsigned char)*bytes++;
	if (e->held_len == sizeof e->held) {
		add_group(e, e->held, e->held_len, out);
		e->held_len = 0;
	}
	if (e->held_len > 0)
		return;
	for (; len >= sizeof e->held; bytes += sizeof e->held, len -= sizeof e->held)
		add_group(e, bytes, sizeof e->held, out);
	memcpy(e->held, bytes, len);
	e->held_len = len;
}

/* Drops bytes that are no digit of base64, as decoders ignore them. */
static void repair_base64(struct encoder *e, char c, struct str *out)
{
	if (base64_digit(c) < 0 && c != '=')
		return;
	if (e->column == LINE_LEN) {
		str_add(out, "\r\n");
		e->column = 0;
	}
	str_add_char(out, c);
	e->column++;
}

/* A full line ends with an equals sign. */
static void add_quoted(struct encoder *e, const char *text, size_t len, struct str *out)
{
	if (e->column + len > LINE_LEN - 1) {
		str_add(out, "=\r\n");
		e->column = 0;
	}
	str_add_n(out, text, len);
	e->column += len;
}

static void add_hex(struct encoder *e, unsigned char c, struct str *out)
{
	static const char digits[] = "0123456789ABCDEF";
	const char text[] = { '=', digits[c >> 4], digits[c & 15] };

	add_quoted(e, text, sizeof text, out);
}

/* Adds an existing equals sign; the two characters that belong to it must stay on its line. */
static void add_sign(struct encoder *e, struct str *out)
{
	if (e->column + 3 > LINE_LEN - 1) {
		str_add(out, "=\r\n");
		e->column = 0;
	}
	str_add_char(out, '=');
	e->column++;
}

/*
 * Releases the byte held. A blank stands for itself, except at the end of a line. A CR is encoded,
 * or dropped after an equals sign, which breaks the line already.
 */
static void release_held(struct encoder *e, bool is_line_end, struct str *out)
{
	unsigned char c = e->held[0];

	if (e->held_len == 0)
		return;
	e->held_len = 0;
	if (c == '\r' && e->is_after_sign)
		return;
	if (c == '\r' || (is_line_end && !e->is_repair))
		add_hex(e, c, out);
	else
		add_quoted(e, (const char *)&c, 1, out);
}

/*
 * Decoders read an equals sign that begins no escape as itself. Before a byte that must be encoded,
 * and so begins with another equals sign, it must be encoded, too.
 */
static void end_sign(struct encoder *e, unsigned char next, struct str *out)
{
	bool is_one = ascii_is_space((char)next) || (next > ' ' && next < 0x7F);

	e->has_sign = false;
	e->is_after_sign = is_one;
	if (is_one)
		add_sign(e, out);
	else
		add_hex(e, '=', out);
}

static void take_quoted(struct encoder *e, unsigned char c, struct str *out)
{
	bool is_after_cr = e->held_len > 0 && e->held[0] == '\r';

	if (c == '\n' && is_after_cr) {
		e->held_len = 0;
		str_add(out, "\r\n");
		e->column = 0;
		return;
	}
	if (e->has_sign)
		end_sign(e, c, out);
	release_held(e, c == '\r', out);
	if (c == '\r' || c == ' ' || c == '\t') {
		e->held[0] = c;
		e->held_len = 1;
		return;
	}
	e->is_after_sign = false;
	if (c == '=' && e->is_repair) {
		e->has_sign = true;
	} else if (c > ' ' && c < 0x7F && c != '=') {
		add_quoted(e, (const char *)&c, 1, out);
	} else {
		add_hex(e, c, out);
	}
}

void encoder_take(struct encoder *encoder, const char *bytes, size_t len, struct str *out)
{
	if (encoder->to == ENCODING_BASE64 && !encoder->is_repair) {
		take_base64(encoder, bytes, len, out);
		return;
	}
	for (size_t i = 0; i < len; i++)
		if (encoder->is_repair && encoder->to == ENCODING_BASE64)
			repair_base64(encoder, bytes[i], out);
		else
			take_quoted(encoder, (unsigned char)bytes[i], out);
}

void encoder_end(struct encoder *encoder, struct str *out)
{
	if (encoder->has_sign)
		end_sign(encoder, '\n', out);
	if (encoder->to == ENCODING_QUOTED_PRINTABLE)
		release_held(encoder, true, out);
	else if (encoder->held_len > 0)
		add_group(encoder, encoder->held, encoder->held_len, out);
	encoder->held_len = 0;
}
