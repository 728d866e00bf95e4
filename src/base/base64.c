/* base64.c - writing and reading base64 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_digit(char c)
{
	const char *digit = memchr(digits, c, sizeof digits - 1);

	return digit ? (int)(digit - digits) : -1;
}

static void add_group(struct str *out, const unsigned char *bytes, size_t len)
{
	uint32_t bits = (uint32_t)bytes[0] << 16;

	if (len > 1)
		bits |= (uint32_t)bytes[1] << 8;
	if (len > 2)
		bits |= bytes[2];
	char group[4] = { digits[bits >> 18], digits[bits >> 12 & 63], '=', '=' };
	if (len > 1)
		group[2] = digits[bits >> 6 & 63];
	if (len > 2)
		group[3] = digits[bits & 63];
	str_add_n(out, group, sizeof group);
}

void base64_add(struct str *out, const void *bytes, size_t len)
{
	const unsigned char *from = bytes;

	for (size_t i = 0; i < len; i += 3)
		add_group(out, from + i, len - i < 3 ? len - i : 3);
}

/* Decodes four digits. Those after the first `count` are padding; their bits must be zero. */
static bool read_group(struct str *out, const char *text, size_t count)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = i < count ? base64_digit(text[i]) : 0;
		if (digit < 0 || (i >= count && text[i] != '='))
			return false;
		bits = bits << 6 | (uint32_t)digit;
	}
	unsigned char bytes[3] = { (unsigned char)(bits >> 16), (unsigned char)(bits >> 8),
				   (unsigned char)bits };
	for (size_t i = count - 1; i < sizeof bytes; i++)
		if (bytes[i])
			return false;
	str_add_n(out, bytes, count - 1);
	return !out->is_full;
}

bool base64_read(struct str *out, const char *text, size_t len)
{
	if (len % 4 != 0)
		return false;
	for (size_t i = 0; i < len; i += 4) {
		size_t count = 4;
		while (i + 4 == len && count > 2 && text[i + count - 1] == '=')
			count--;
		if (!read_group(out, text + i, count))
			return false;
	}
	return true;
}
