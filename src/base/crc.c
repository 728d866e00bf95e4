/* crc.c - the checksum of a queue file, computed eight bytes at a time */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/crc.h"

#include <stdbool.h>
#include <string.h>

#ifdef __x86_64__
#include <nmmintrin.h>
#endif

/* The polynomial 0x1EDC6F41 with its bits reversed, as the register shifts to the right. */
#define POLYNOMIAL 0x82F63B78U

enum { STEP = 8 };

/* tables[k][byte]: the effect of a byte on the checksum when k bytes follow it. */
static uint32_t tables[STEP][256];

static uint32_t shift_byte(uint32_t crc)
{
	for (int bit = 0; bit < 8; bit++)
		crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
	return crc;
}

static void build_tables(void)
{
	for (uint32_t byte = 0; byte < 256; byte++)
		tables[0][byte] = shift_byte(byte);
	for (int k = 1; k < STEP; k++)
		for (int byte = 0; byte < 256; byte++) {
			uint32_t before = tables[k - 1][byte];
			tables[k][byte] = before >> 8 ^ tables[0][before & 0xFF];
		}
}

/* The checksum so far goes into the first four of the eight bytes. */
static uint32_t add_eight(uint32_t crc, const unsigned char *at)
{
	uint32_t low = crc ^ ((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
			      (uint32_t)at[3] << 24);

	return tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF] ^
	       tables[4][low >> 24] ^ tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^
	       tables[0][at[7]];
}

static uint32_t add_by_table(uint32_t crc, const unsigned char *at, size_t len)
{
	if (!tables[0][1])
		build_tables();
	for (; len >= STEP; at += STEP, len -= STEP)
		crc = add_eight(crc, at);
	for (; len > 0; at++, len--)
		crc = crc >> 8 ^ tables[0][(crc ^ *at) & 0xFF];
	return crc;
}

#ifdef __x86_64__
static bool has_instruction(void)
{
	return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2"))) static uint32_t
add_by_instruction(uint32_t crc, const unsigned char *at, size_t len)
{
	uint64_t wide = crc;

	for (; len >= STEP; at += STEP, len -= STEP) {
		uint64_t eight;
		memcpy(&eight, at, sizeof eight);
		wide = _mm_crc32_u64(wide, eight);
	}
	crc = (uint32_t)wide;
	for (; len > 0; at++, len--)
		crc = _mm_crc32_u8(crc, *at);
	return crc;
}
#else
static bool has_instruction(void)
{
	return false;
}

static uint32_t add_by_instruction(uint32_t crc, const unsigned char *at, size_t len)
{
	return add_by_table(crc, at, len);
}
#endif

uint32_t crc_32c(uint32_t crc, const void *bytes, size_t len)
{
	return has_instruction() ? ~add_by_instruction(~crc, bytes, len)
				 : ~add_by_table(~crc, bytes, len);
}
