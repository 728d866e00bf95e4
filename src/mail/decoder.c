/* decoder.c - quoted-printable or base64 in pieces to bytes */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/decoder.h"

#include "base/ascii.h"
#include "base/base64.h"

#include <stdint.h>

enum { GROUP_LEN = 4 };

void decoder_init(struct decoder *decoder, enum encoding from)
{
	*decoder = (struct decoder){ .from = from };
}

static void add_bytes(struct decoder *d, struct str *out)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < GROUP_LEN; i++)
		bits = bits << 6 | (i < d->held_len ? (unsigned char)d->held[i] : 0U);
	for (size_t i = 0; i + 1 < d->held_len; i++)
		str_add_char(out, (char)(bits >> (16 - 8 * i) & 0xFF));
	d->held_len = 0;
}

static void take_digit(struct decoder *d, char c, struct str *out)
{
	int value = base64_digit(c);

	if (c == '=' && d->held_len > 0) {
		d->is_broken |= d->held_len < 2;
		d->is_ended = true;
		add_bytes(d, out);
	} else if (value >= 0) {
		d->is_broken |= d->is_ended;
		d->held[d->held_len++] = (char)value;
		if (d->held_len == GROUP_LEN)
			add_bytes(d, out);
	} else {
		d->is_broken |= !ascii_is_space(c) && c != '=';
	}
}

/* The bytes held are no escape, so they stand for themselves. */
static void release_broken(struct decoder *d, struct str *out)
{
	d->is_broken = true;
	str_add_n(out, d->held, d->held_len);
	d->held_len = 0;
}

/* Holds an escape until it is complete: "=3D", or "=", blanks and a line end. */
static void take_held(struct decoder *d, char c, struct str *out)
{
	char first = d->held_len > 1 ? d->held[1] : c;

	if (c == '\n' && ascii_is_space(first)) {
		d->held_len = 0;
		return;
	}
	if (d->held_len == 1 ? ascii_is_space(c) || str_hex_digit(c) >= 0
			     : ascii_is_space(first) && ascii_is_space(c)) {
		d->held[1] = c;
		d->held_len = 2;
		return;
	}
	if (d->held_len == 2 && str_hex_digit(first) >= 0 && str_hex_digit(c) >= 0) {
		str_add_char(out, (char)(str_hex_digit(first) << 4 | str_hex_digit(c)));
		d->held_len = 0;
		return;
	}
	release_broken(d, out);
	decoder_take(d, &c, 1, out);
}

void decoder_take(struct decoder *decoder, const char *bytes, size_t len, struct str *out)
{
	for (size_t i = 0; i < len; i++) {
		if (decoder->from == ENCODING_BASE64) {
			take_digit(decoder, bytes[i], out);
		} else if (decoder->held_len > 0) {
			take_held(decoder, bytes[i], out);
		} else if (bytes[i] == '=') {
			decoder->held[0] = '=';
			decoder->held_len = 1;
		} else {
			str_add_char(out, bytes[i]);
		}
	}
}

void decoder_end(struct decoder *decoder, struct str *out)
{
	if (decoder->from == ENCODING_BASE64) {
		decoder->is_broken |= decoder->held_len > 0;
		add_bytes(decoder, out);
	} else if (decoder->held_len > 0 &&
		   !(decoder->held_len == 1 || ascii_is_space(decoder->held[1]))) {
		release_broken(decoder, out);
	}
	decoder->held_len = 0;
}
