/* test_mime.c - encoded-words and parameters of header fields */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/mime.h"

static void test_words(void)
{
	static const struct {
		const char *input;
		size_t column;
		const char *expected;
		size_t behind;
	} table[] = {
		{ "", 9, "", 9 },
		{ "ö", 9, "=?UTF-8?B?w7Y=?=", 25 },
		{ "ö", 56, "=?UTF-8?B?w7Y=?=", 72 },
		{ "ö", 60, "=?UTF-8?B?w7Y=?=", 76 },
		{ "ö", 61, "\r\n =?UTF-8?B?w7Y=?=", 17 },
		{ "ö", 5000, "\r\n =?UTF-8?B?w7Y=?=", 17 },
		{ "aö", 60, "=?UTF-8?B?YcO2?=", 76 },
		{ "aaö", 60, "=?UTF-8?B?YWE=?=\r\n =?UTF-8?B?w7Y=?=", 17 },
		{ "\xF6", 1, "=?UTF-8?B?Pw==?=", 17 },
		{ "a\nb", 1, "=?UTF-8?B?YVxuYg==?=", 21 },
		{ "\r", 1, "=?UTF-8?B?Pw==?=", 17 },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		test_case("words/%s at %zu", table[i].input, table[i].column);
		size_t behind = mime_add_encoded_words(&out, table[i].input, table[i].column);
		EXPECT_TEXT(out.bytes, table[i].expected);
		EXPECT_NUMBER(behind, table[i].behind);
	}
}

static unsigned digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0' + 52);
	return c == '+' ? 62 : 63;
}

static void decode(struct str *out, const char *text, size_t len)
{
	unsigned bits = 0;
	int count = 0;

	for (size_t i = 0; i < len && text[i] != '='; i++) {
		bits = bits << 6 | digit_value(text[i]);
		count += 6;
		if (count >= 8) {
			count -= 8;
			str_add_char(out, (char)(bits >> count & 0xFF));
		}
	}
}

/* Every word must be short, whole UTF-8 by itself, and together they must be the text. */
static void check_words(const char *text, size_t column)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	CLEANUP(str_done) struct str all = STR_INIT;

	mime_add_encoded_words(&out, text, column);
	for (char *word = strstr(out.bytes, "=?"); word; word = strstr(word, "=?UTF-8?B?")) {
		CLEANUP(str_done) struct str part = STR_INIT;
		size_t len = strcspn(word, "\r");
		EXPECT(len <= 75);
		EXPECT(column + len <= 76 || word != out.bytes);
		EXPECT(strncmp(word + len - 2, "?=", 2) == 0);
		decode(&part, word + 10, len - 12);
		EXPECT(part.len > 0 && str_is_utf8(part.bytes, part.len));
		str_add(&all, part.bytes);
		word += len;
	}
	EXPECT_TEXT(all.bytes, text);
}

static void test_long_words(void)
{
	static const char *const characters[] = { "a", "ö", "€", "😀" };

	for (size_t i = 0; i < LENGTH(characters); i++) {
		CLEANUP(str_done) struct str text = STR_INIT;
		for (int n = 0; n < 200; n++)
			str_add(&text, characters[i]);
		test_case("two hundred %s from any column", characters[i]);
		for (size_t column = 0; column < 80; column++)
			check_words(text.bytes, column);
	}
}

static void test_parameters(void)
{
	static const struct {
		const char *name, *value, *expected;
	} table[] = {
		{ "charset", "utf-8", ";\r\n charset=utf-8" },
		{ "name", "a b", ";\r\n name=\"a b\"" },
		{ "name", "a\"b\\c", ";\r\n name=\"a\\\"b\\\\c\"" },
		{ "name", "", ";\r\n name=\"\"" },
		{ "name", "\xc3\xa4 b", ";\r\n name*=utf-8''%C3%A4%20b" },
		{ "name", "\xe4", ";\r\n name*=unknown-8bit''%E4" },
		{ "name*", "utf-8''%C3%A4", ";\r\n name*=utf-8''%C3%A4" },
		{ "name",
		  "1234567890123456789012345678901234567890123456789012345678901234567890"
		  "1234567890",
		  ";\r\n "
		  "name*0*=utf-8''123456789012345678901234567890123456789012345678901234567890"
		  ";\r\n name*1*=12345678901234567890" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		test_case("parameter/%s=%s", table[i].name, table[i].value);
		mime_add_parameter(&out, table[i].name, table[i].value);
		EXPECT_TEXT(out.bytes, table[i].expected);
	}
}

int main(void)
{
	test_begin("mime");
	test_words();
	test_parameters();
	test_long_words();
	return test_end();
}
