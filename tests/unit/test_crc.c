/* test_crc.c - known checksums, continuation, and that both ways of computing them agree */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

/* For the way that this machine would not take. */
#include "base/crc.c"

/* RFC 3720 appendix B.4 has the first five. */
static void test_known(void)
{
	unsigned char zeros[32] = { 0 }, ones[32], up[32], down[32];
	static const unsigned char read_command[48] = {
		0x01,        0xC0,        [16] = 0x14, [22] = 0x04,
		[27] = 0x14, [31] = 0x18, [32] = 0x28, [40] = 0x02,
	};
	const struct {
		const char *name;
		const void *bytes;
		size_t len;
		uint32_t crc;
	} table[] = {
		{ "32 bytes of zero", zeros, sizeof zeros, 0x8A9136AA },
		{ "32 bytes of one", ones, sizeof ones, 0x62A8AB43 },
		{ "32 bytes going up", up, sizeof up, 0x46DD794E },
		{ "32 bytes going down", down, sizeof down, 0x113FDB5C },
		{ "a read command", read_command, sizeof read_command, 0xD9963A56 },
		{ "nothing", "", 0, 0 },
		{ "the digits", "123456789", 9, 0xE3069283 },
		{ "one letter", "a", 1, 0xC1D04330 },
	};

	memset(ones, 0xFF, sizeof ones);
	for (unsigned i = 0; i < 32; i++) {
		up[i] = (unsigned char)i;
		down[i] = (unsigned char)(31 - i);
	}
	for (size_t i = 0; i < LENGTH(table); i++) {
		test_case("%s", table[i].name);
		EXPECT_NUMBER(crc_32c(0, table[i].bytes, table[i].len), table[i].crc);
		EXPECT_NUMBER(~add_by_table(~0U, table[i].bytes, table[i].len), table[i].crc);
	}
}

/* Bytes without a pattern that a shift could hide. */
static void fill(unsigned char *bytes, size_t len)
{
	uint32_t state = 2463534242U;

	for (size_t i = 0; i < len; i++) {
		state = state * 1664525U + 1013904223U;
		bytes[i] = (unsigned char)(state >> 24);
	}
}

static void test_splits(void)
{
	unsigned char bytes[100];

	fill(bytes, sizeof bytes);
	uint32_t whole = crc_32c(0, bytes, sizeof bytes);
	test_case("goes on at every split");
	for (size_t split = 0; split <= sizeof bytes; split++) {
		uint32_t first = crc_32c(0, bytes, split);
		EXPECT_NUMBER(crc_32c(first, bytes + split, sizeof bytes - split), whole);
	}
}

static void test_both_ways(void)
{
	unsigned char bytes[100];

	fill(bytes, sizeof bytes);
	test_case("table and instruction agree at every offset and length");
	for (size_t from = 0; from < 16; from++)
		for (size_t len = 0; from + len <= sizeof bytes; len++)
			EXPECT_NUMBER(crc_32c(7, bytes + from, len),
				      ~add_by_table(~7U, bytes + from, len));
}

static void test_changes(void)
{
	unsigned char bytes[64];

	fill(bytes, sizeof bytes);
	uint32_t before = crc_32c(0, bytes, sizeof bytes);
	test_case("every changed bit is noticed");
	for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
		EXPECT(crc_32c(0, bytes, sizeof bytes) != before);
		bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
	}
}

int main(void)
{
	test_begin("crc");
	test_known();
	test_splits();
	test_both_ways();
	test_changes();
	return test_end();
}
