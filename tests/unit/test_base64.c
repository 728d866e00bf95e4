/* test_base64.c - base64, encoded and decoded, and texts that are not base64 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/base64.h"

/* RFC 4648 section 10, and a row with the last two digits. */
static const struct {
	const char *plain, *encoded;
} pairs[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xFB\xEF\xBE\xFF", "++++/w==" },
};

static void test_pairs(void)
{
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		CLEANUP(str_done) struct str encoded = STR_INIT;
		CLEANUP(str_done) struct str plain = STR_INIT;

		test_case("there and back '%s'", pairs[i].encoded);
		base64_add(&encoded, pairs[i].plain, strlen(pairs[i].plain));
		EXPECT_TEXT(encoded.bytes, pairs[i].encoded);
		EXPECT(base64_read(&plain, encoded.bytes, encoded.len));
		EXPECT_TEXT(plain.bytes, pairs[i].plain);
	}
}

static void test_none(void)
{
	static const char *const texts[] = {
		"Zg",     "Zg=",  "Z===",    "====", "=",    "Zg==Zg==", "Zm=v",
		"Zm9v\n", "Zm 9", "Zm9vYg=", "Zh==", "Zm9=", "Z-==",     "Zm9\xC3",
	};

	for (size_t i = 0; i < LENGTH(texts); i++) {
		CLEANUP(str_done) struct str plain = STR_INIT;

		test_case("no base64 '%s'", texts[i]);
		EXPECT(!base64_read(&plain, texts[i], strlen(texts[i])));
	}
}

static void test_limit(void)
{
	CLEANUP(str_done) struct str plain = STR_MAX(4);

	test_case("no more than there is room for");
	EXPECT(base64_read(&plain, "Zm9vYg==", 8));
	EXPECT(!base64_read(&plain, "Zg==", 4));
	EXPECT_TEXT(plain.bytes, "foob");
}

int main(void)
{
	test_begin("base64");
	test_pairs();
	test_none();
	test_limit();
	return test_end();
}
