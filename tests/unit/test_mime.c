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

#define TEN "0123456789"

/* A value as it stands after ";", a fold and "filename". */
static const struct {
	const char *value, *expected;
} parameters[] = {
	{ "", "=\"\"" },
	{ "report.pdf", "=report.pdf" },
	{ "my report.pdf", "=\"my report.pdf\"" },
	{ "a;b=c", "=\"a;b=c\"" },
	{ "100%'*.txt", "=\"100%'*.txt\"" },
	{ "=?UTF-8?Q?x?=", "*=utf-8''%3D%3FUTF-8%3FQ%3Fx%3F%3D" },
	{ "a\"b", "*=utf-8''a%22b" },
	{ "a\\b", "*=utf-8''a%5Cb" },
	{ " a b ", "*=utf-8''%20a%20b%20" },
	{ " ", "*=utf-8''%20" },
	{ "\303\244.txt", "*=utf-8''%C3%A4.txt" },
	{ "\303\244 %'*", "*=utf-8''%C3%A4%20%25%27%2A" },
	{ "\344.txt", "*=unknown-8bit''%E4.txt" },
	{ TEN TEN TEN TEN TEN TEN "0123", "=" TEN TEN TEN TEN TEN TEN "0123" },
	{ TEN TEN TEN TEN TEN TEN "01234",
	  "*0*=utf-8''" TEN TEN TEN TEN TEN "012345;\r\n filename*1*=678901234" },
	{ "\360\237\230\200\360\237\230\200\360\237\230\200\360\237\230\200"
	  "\360\237\230\200",
	  "*0*=utf-8''%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80;\r\n "
	  "filename*1*=%F0%9F%98%80" },
};

static void test_parameters(void)
{
	for (size_t i = 0; i < LENGTH(parameters); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		CLEANUP(str_done) struct str expected = STR_INIT;

		test_case("parameter '%s'", parameters[i].value);
		mime_add_parameter(&out, "filename", parameters[i].value);
		str_addf(&expected, ";\r\n filename%s", parameters[i].expected);
		EXPECT_TEXT(out.bytes, expected.bytes);
	}
	CLEANUP(str_done) struct str out = STR_INIT;
	test_case("a parameter that is extended already");
	mime_keep_parameter(&out, "name*0*", "utf-8''" TEN TEN TEN TEN TEN TEN TEN "%C3%A4",
			    (struct charset){ 0 });
	EXPECT_TEXT(out.bytes, ";\r\n name*0*=utf-8''" TEN TEN TEN TEN TEN TEN TEN "%C3%A4");
	str_clear(&out);
	test_case("one that is extended and stood within quotes");
	mime_keep_parameter(&out, "name*", "utf-8''a;b \"\303\244%20", (struct charset){ 0 });
	EXPECT_TEXT(out.bytes, ";\r\n name*=utf-8''a%3Bb%20%22%C3%A4%20");
}

static void test_parameter_lines(void)
{
	static const char *const characters[] = { "a", "\"", "\303\244", "\360\237\230\200",
						  "\344" };

	for (size_t i = 0; i < LENGTH(characters); i++) {
		CLEANUP(str_done) struct str value = STR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		for (int n = 0; n < 1000; n++)
			str_add(&value, characters[i]);
		test_case("lines of a parameter are short: %s", characters[i]);
		mime_add_parameter(&out, "filename", value.bytes);
		for (const char *line = out.bytes; *line; line += strcspn(line, "\n") + 1) {
			size_t len = strcspn(line, "\r");
			EXPECT(len <= 77);
			if (!line[len])
				break;
		}
	}
}

/* The name as readers see it. */
static const struct {
	const char *text, *expected;
} decoded[] = {
	{ "", "" },
	{ "plain = ?", "plain = ?" },
	{ "=?utf-8?Q?=C3=A4_b?= c", "\303\244 b c" },
	{ "=?UTF-8*de?b?w6Q=?= \t =?utf-8?q?x?=  y", "\303\244x  y" },
	{ "a =?utf-8?q?x?= b =?utf-8?q?y?=", "a x b y" },
	{ "=?iso-8859-1?q?=E4?= =?utf-8?q?y?=", "=?iso-8859-1?q?=E4?= y" },
	{ "=?utf-8?q?x", "=?utf-8?q?x" },
	{ "=?utf-8?q?=C3=A4?=\303\244", "\303\244\303\244" },
};

static void test_decoded(void)
{
	for (size_t i = 0; i < LENGTH(decoded); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;

		test_case("decoded: %s", decoded[i].text);
		mime_add_decoded(&out, decoded[i].text);
		EXPECT_TEXT(out.bytes, decoded[i].expected);
	}
}

/* The value of a parameter that the field has. */
static const struct {
	const char *name, *value, *expected;
} kept[] = {
	{ "filename", "=?utf-8?Q?=C3=A4?= \303\244.txt", "*=utf-8''%C3%A4%20%C3%A4.txt" },
	{ "filename", "=?utf-8?Q?=C3=A4?=.txt", "=\"=?utf-8?Q?=C3=A4?=.txt\"" },
	{ "filename", "=?x?Q?=C3=A4?= \344",
	  "*=unknown-8bit''%3D%3Fx%3FQ%3F%3DC3%3DA4%3F%3D%20%E4" },
	{ "charset", "\303\244", "*=utf-8''%C3%A4" },
	{ "boundary", TEN TEN TEN TEN TEN TEN TEN TEN TEN,
	  "=" TEN TEN TEN TEN TEN TEN TEN TEN TEN },
};

static void test_kept(void)
{
	for (size_t i = 0; i < LENGTH(kept); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		CLEANUP(str_done) struct str expected = STR_INIT;

		test_case("kept %s: %s", kept[i].name, kept[i].value);
		mime_keep_parameter(&out, kept[i].name, kept[i].value, (struct charset){ 0 });
		str_addf(&expected, ";\r\n %s%s", kept[i].name, kept[i].expected);
		EXPECT_TEXT(out.bytes, expected.bytes);
	}
}

/* A value that is too long for a line is split, never within a triplet or character. */
static void test_kept_sections(void)
{
	CLEANUP(str_done) struct str value = STR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;

	test_case("kept sections");
	str_add(&value, "utf-8'de'a");
	for (int i = 0; i < 200; i++)
		str_add(&value, "%C3%A4");
	mime_keep_parameter(&out, "name*", value.bytes, (struct charset){ 0 });
	EXPECT(strncmp(out.bytes, ";\r\n name*0*=utf-8'de'a%C3", 24) == 0);
	EXPECT(strstr(out.bytes, "%A4;\r\n name*1*=%C3%A4"));
	EXPECT(strstr(out.bytes, "%A4;\r\n name*20*=%C3%A4"));
	str_clear(&out);
	str_clear(&value);
	for (int i = 0; i < 999; i++)
		str_add(&value, "%");
	mime_keep_parameter(&out, "name*", value.bytes, (struct charset){ 0 });
	EXPECT(strstr(out.bytes, "%;\r\n name*20*=%%"));
}

int main(void)
{
	test_begin("mime");
	test_words();
	test_long_words();
	test_parameters();
	test_parameter_lines();
	test_decoded();
	test_kept();
	test_kept_sections();
	return test_end();
}
