/* percent.c - texts in a queue file: bytes that are not plain as %XX; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/percent.h"

#include "base/mem.h"

#include <string.h>

static const char hex_digits[] = "0123456789ABCDEF";

static bool is_plain_byte(char c)
{
	return c > ' ' && c < 0x7F && c != '%';
}

void percent_add(struct str *out, const char *text)
{
	while (*text) {
		size_t plain = 0;
		while (is_plain_byte(text[plain]))
			plain++;
		str_add_n(out, text, plain);
		text += plain;
		if (*text)
			str_addf(out, "%%%02X", (unsigned char)*text++);
	}
}

void percent_add_field(struct str *out, const char *before, const char *text, const char *after)
{
	if (!text)
		return;
	str_add(out, before);
	percent_add(out, text);
	str_add(out, after);
}

static bool is_hex_digit(char c)
{
	return c && strchr(hex_digits, c);
}

/* The byte that "%XX" stands for; -1: broken, or the byte needs no encoding. */
static int decode_byte(const char *bytes, size_t len)
{
	if (len < 3 || !is_hex_digit(bytes[1]) || !is_hex_digit(bytes[2]))
		return -1;
	int high = (int)(strchr(hex_digits, bytes[1]) - hex_digits);
	int low = (int)(strchr(hex_digits, bytes[2]) - hex_digits);
	int byte = high << 4 | low;
	return byte == 0 || is_plain_byte((char)byte) ? -1 : byte;
}

char *percent_decode(const char *bytes, size_t len)
{
	CLEANUP(mem_free_at) char *text = mem_alloc(len + 1);
	size_t used = 0;

	for (size_t i = 0, step; i < len; i += step) {
		step = bytes[i] == '%' ? 3 : 1;
		int byte = step == 3 ? decode_byte(bytes + i, len - i) : bytes[i];
		if (byte < 0 || (step == 1 && !is_plain_byte(bytes[i])))
			return NULL;
		text[used++] = (char)byte;
	}
	text[used] = '\0';
	return mem_take(&text);
}
