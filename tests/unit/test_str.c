/* test_str.c - the growing string */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/str.h"

static void test_building(void)
{
	CLEANUP(str_done) struct str s = STR_INIT;

	test_case("an empty string is terminated and owns nothing");
	EXPECT_TEXT(s.bytes, "");
	EXPECT_NUMBER(s.room, 0);

	test_case("adding");
	str_add(&s, "ab");
	str_add_char(&s, 'c');
	str_add_n(&s, "defg", 2);
	str_add_n(&s, "", 0);
	str_addf(&s, "-%d-%s", 42, "x");
	EXPECT_TEXT(s.bytes, "abcde-42-x");
	EXPECT_NUMBER(s.len, 10);

	test_case("dropping and cutting");
	str_drop(&s, 2);
	EXPECT_TEXT(s.bytes, "cde-42-x");
	str_drop(&s, 0);
	str_cut(&s, 3);
	EXPECT_TEXT(s.bytes, "cde");
	str_cut(&s, 99);
	EXPECT_TEXT(s.bytes, "cde");
	str_drop(&s, 3);
	EXPECT_TEXT(s.bytes, "");

	test_case("NUL bytes count");
	str_add_n(&s, "a\0b", 3);
	EXPECT_NUMBER(s.len, 3);
	EXPECT_NUMBER(s.bytes[2], 'b');

	test_case("clearing");
	str_clear(&s);
	EXPECT_TEXT(s.bytes, "");
	EXPECT_NUMBER(s.len, 0);

	test_case("a hundred thousand characters");
	for (int i = 0; i < 100000; i++)
		str_add_char(&s, (char)('a' + i % 26));
	EXPECT_NUMBER(s.len, 100000);
	EXPECT_NUMBER(strlen(s.bytes), 100000);
	EXPECT_NUMBER(s.bytes[99999], 'a' + 99999 % 26);
}

static void test_taking(void)
{
	CLEANUP(str_done) struct str s = STR_INIT;

	test_case("taking hands the block over");
	str_add(&s, "abc");
	CLEANUP(mem_free_at) char *taken = str_take(&s);
	EXPECT_TEXT(taken, "abc");
	EXPECT_TEXT(s.bytes, "");

	test_case("taking an empty string gives a block, too");
	CLEANUP(mem_free_at) char *empty = str_take(&s);
	EXPECT_TEXT(empty, "");

	test_case("formatting into a block");
	CLEANUP(mem_free_at) char *text = str_format("%s:%d", "host", 25);
	EXPECT_TEXT(text, "host:25");
}

static void test_limits(void)
{
	CLEANUP(str_done) struct str s = STR_MAX(5);

	test_case("what does not fit changes nothing");
	str_add(&s, "abc");
	str_add(&s, "def");
	EXPECT_TEXT(s.bytes, "abc");
	EXPECT(s.is_full);

	test_case("what fits is still added, and is_full stays");
	str_add(&s, "de");
	EXPECT_TEXT(s.bytes, "abcde");
	EXPECT(s.is_full);
	EXPECT(str_reserve(&s, 1) == NULL);

	test_case("clearing resets is_full");
	str_clear(&s);
	EXPECT(!s.is_full);
	str_addf(&s, "%s", "123456");
	EXPECT_TEXT(s.bytes, "");
	EXPECT(s.is_full);

	test_case("reserving and growing");
	str_clear(&s);
	char *end = str_reserve(&s, 5);
	EXPECT(end != NULL);
	if (end) {
		memcpy(end, "xyz", 3);
		str_grew(&s, 3);
	}
	EXPECT_TEXT(s.bytes, "xyz");

	test_case("done keeps the limit");
	str_done(&s);
	EXPECT_NUMBER(s.max, 5);
	EXPECT_TEXT(s.bytes, "");
}

static void test_secrets(void)
{
	CLEANUP(str_done) struct str s = STR_SECRET(0);

	test_case("a secret leaves nothing behind its end");
	for (int i = 0; i < 100; i++)
		str_add(&s, "secret");
	EXPECT_NUMBER(s.len, 600);
	str_cut(&s, 6);
	for (size_t i = 6; i < 600; i++)
		EXPECT(s.bytes[i] == '\0');
	str_clear(&s);
	for (size_t i = 0; i < 600; i++)
		EXPECT(s.bytes[i] == '\0');
	EXPECT(s.is_secret);
}

static void test_printable(void)
{
	static const struct {
		const char *input;
		const char *expected;
	} table[] = {
		{ "plain", "plain" },
		{ "a\nb", "a\\nb" },
		{ "a\r\n", "a?\\n" },
		{ "a\tb\x01\x7F", "a?b??" },
		{ "\x1B[2J", "?[2J" },
		{ "ö€😀", "ö€😀" },
		{ "a\xC2\x85z", "a?z" },
		{ "a\xC2\x9Bz", "a?z" },
		{ "a\xC2\xA0z", "a\xC2\xA0z" },
		{ "J\xF6rg", "J?rg" },
		{ "\xE2\x82", "??" },
		{ "\xC0\x80", "??" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(str_done) struct str s = STR_INIT;
		test_case("printable/%zu/%s", i, table[i].input);
		str_add_printable(&s, table[i].input, strlen(table[i].input));
		EXPECT_TEXT(s.bytes, table[i].expected);
	}
	CLEANUP(str_done) struct str s = STR_INIT;
	test_case("printable/NUL");
	str_add_printable(&s, "a\0b", 3);
	EXPECT_TEXT(s.bytes, "a?b");
}

static void test_utf8(void)
{
	static const struct {
		const char *input;
		size_t expected;
	} table[] = {
		{ "", 0 },
		{ "a", 1 },
		{ "ö", 2 },
		{ "€", 3 },
		{ "😀", 4 },
		{ "\x7F", 1 },
		{ "\x80", 0 },
		{ "\xBF", 0 },
		{ "\xC0\x80", 0 },
		{ "\xC1\xBF", 0 },
		{ "\xC2\x80", 2 },
		{ "\xC2", 0 },
		{ "\xC2z", 0 },
		{ "\xE0\x9F\xBF", 0 },
		{ "\xE0\xA0\x80", 3 },
		{ "\xED\x9F\xBF", 3 },
		{ "\xED\xA0\x80", 0 },
		{ "\xEF\xBF\xBF", 3 },
		{ "\xE2\x82", 0 },
		{ "\xF0\x8F\xBF\xBF", 0 },
		{ "\xF0\x90\x80\x80", 4 },
		{ "\xF4\x8F\xBF\xBF", 4 },
		{ "\xF4\x90\x80\x80", 0 },
		{ "\xF5\x80\x80\x80", 0 },
		{ "\xFF", 0 },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		test_case("utf8/%zu/%s", i, table[i].input);
		EXPECT_NUMBER(str_utf8_len(table[i].input, strlen(table[i].input)),
			      table[i].expected);
	}
	test_case("utf8 and ascii of whole texts");
	EXPECT(str_is_utf8("aö€", 6));
	EXPECT(!str_is_utf8("aö€", 5));
	EXPECT(str_is_utf8("", 0));
	EXPECT(str_is_ascii("abc\x7F", 4));
	EXPECT(!str_is_ascii("aö", 3));
}

int main(void)
{
	test_begin("str");
	test_building();
	test_taking();
	test_limits();
	test_secrets();
	test_printable();
	test_utf8();
	return test_end();
}
