/* encoding.c - content-transfer-encodings, in pieces: quoted-printable and base64 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/encoding.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "mail/atom.h"

#include <stdint.h>
#include <string.h>

enum { LINE_LEN = 76, GROUP_LEN = 4 };

static const char *const names[] = {
	[ENCODING_7BIT] = "7bit",     [ENCODING_8BIT] = "8bit",
	[ENCODING_BINARY] = "binary", [ENCODING_QUOTED_PRINTABLE] = "quoted-printable",
	[ENCODING_BASE64] = "base64", [ENCODING_OTHER] = NULL,
};

/* A comment without an end takes the rest of the field. */
static size_t encoding_blank_len(const char *text, size_t len)
{
	size_t blank = atom_blank_len(text, len);

	return blank < len && text[blank] == '(' ? len : blank;
}

/* Letters and digits of the value up to a comment or what else is behind it. */
static void squeeze(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len && !strchr("(;,", text[i]); i++)
		if (ascii_is_alphanumeric(text[i]))
			str_add_char(out, ascii_lower(text[i]));
}

/*
 * What other programs call text that is not encoded, such as "8-bit", "7 bit" and "utf-8". Names
 * like those of the real encodings say nothing, as readers don't decode by them.
 */
static enum encoding find_identity(const char *text, size_t len)
{
	static const struct {
		const char *name;
		enum encoding encoding;
	} identities[] = {
		{ "7bit", ENCODING_7BIT },     { "7bits", ENCODING_7BIT },
		{ "ascii", ENCODING_7BIT },    { "usascii", ENCODING_7BIT },
		{ "8bit", ENCODING_8BIT },     { "8bits", ENCODING_8BIT },
		{ "8bitmime", ENCODING_8BIT }, { "utf8", ENCODING_8BIT },
		{ "iso88591", ENCODING_8BIT }, { "iso885915", ENCODING_8BIT },
		{ "latin1", ENCODING_8BIT },   { "windows1252", ENCODING_8BIT },
		{ "none", ENCODING_8BIT },     { "identity", ENCODING_8BIT },
		{ "plain", ENCODING_8BIT },    { "text", ENCODING_8BIT },
		{ "binary", ENCODING_BINARY },
	};
	CLEANUP(str_done) struct str name = STR_INIT;

	squeeze(&name, text, len);
	for (size_t i = 0; i < LENGTH(identities); i++)
		if (strcmp(name.bytes, identities[i].name) == 0)
			return identities[i].encoding;
	return ENCODING_OTHER;
}

enum encoding encoding_find(const char *text, size_t len)
{
	size_t from = encoding_blank_len(text, len);
	size_t to = from;

	if (from == len)
		return ENCODING_7BIT;
	while (to < len && !ascii_is_space(text[to]) && text[to] != '(' && text[to] != ';')
		to++;
	for (int i = 0; i < ENCODING_OTHER; i++)
		if (ascii_is(text + from, to - from, names[i]))
			return (enum encoding)i;
	return find_identity(text + from, len - from);
}

const char *encoding_name(enum encoding encoding)
{
	return names[encoding];
}

/* Encoding */

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

/* What is no digit of base64 counts for nothing to a reader. */
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

/* Behind the last character of a full line comes an equals sign. */
static void add_quoted(struct encoder *e, const char *text, size_t len, struct str *out)
{
	if (e->column + len > LINE_LEN - 1) {
		str_add(out, "=\r\n");
		e->column = 0;
	}
	str_add_n(out, text, len);
	e->column += len;
}

static void add_escaped(struct encoder *e, unsigned char c, struct str *out)
{
	static const char digits[] = "0123456789ABCDEF";
	const char text[] = { '=', digits[c >> 4], digits[c & 15] };

	add_quoted(e, text, sizeof text, out);
}

/* An equals sign that is one already: what belongs to it must not be parted from it. */
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
 * A blank that was held stands for itself unless the line ends behind it; a CR never does, and in a
 * line's end behind an equals sign it is one too many.
 */
static void let_go(struct encoder *e, bool is_line_end, struct str *out)
{
	unsigned char c = e->held[0];

	if (e->held_len == 0)
		return;
	e->held_len = 0;
	if (c == '\r' && e->is_after_sign)
		return;
	if (c == '\r' || (is_line_end && !e->is_repair))
		add_escaped(e, c, out);
	else
		add_quoted(e, (const char *)&c, 1, out);
}

/*
 * To a reader an equals sign that begins nothing stands for itself, but not in front of the one
 * that a byte which has to be encoded begins with.
 */
static void judge_sign(struct encoder *e, unsigned char next, struct str *out)
{
	bool is_one = ascii_is_space((char)next) || (next > ' ' && next < 0x7F);

	e->has_sign = false;
	e->is_after_sign = is_one;
	if (is_one)
		add_sign(e, out);
	else
		add_escaped(e, '=', out);
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
		judge_sign(e, c, out);
	let_go(e, c == '\r', out);
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
		add_escaped(e, c, out);
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
		judge_sign(encoder, '\n', out);
	if (encoder->to == ENCODING_QUOTED_PRINTABLE)
		let_go(encoder, true, out);
	else if (encoder->held_len > 0)
		add_group(encoder, encoder->held, encoder->held_len, out);
	encoder->held_len = 0;
}

/* Decoding */

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

/* What was held is no escape, so it stands for itself. */
static void give_up(struct decoder *d, struct str *out)
{
	d->is_broken = true;
	str_add_n(out, d->held, d->held_len);
	d->held_len = 0;
}

/* An escape is held until it is whole: "=3D", or "=" and a line's end, maybe behind blanks. */
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
	give_up(d, out);
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
		give_up(decoder, out);
	}
	decoder->held_len = 0;
}
