/* test_part.c - how a text travels, and the fields above a part */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/part.h"

#define BYTES(text)  (text), sizeof(text) - 1
#define TEN          "0123456789"
#define HUNDRED      TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define NINE_HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
#define NINETY       TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
	const char *name;
	const char *bytes;
	size_t len;
	const char *charset, *encoding;
} texts[] = {
	{ "empty", BYTES(""), "us-ascii", "7bit" },
	{ "ASCII", BYTES("Hello.\n-- \nAnn\n"), "us-ascii", "7bit" },
	{ "CRLF", BYTES("Hello.\r\nBye.\r\n"), "us-ascii", "7bit" },
	{ "escapes", BYTES("\x1B[31mred\x1B[0m\a\f\x7F\n"), "us-ascii", "7bit" },
	{ "998", BYTES(NINE_HUNDRED NINETY "12345678\n"), "us-ascii", "7bit" },
	{ "999", BYTES(NINE_HUNDRED NINETY "123456789\n"), "us-ascii", "quoted-printable" },
	{ "a progress bar", BYTES("1%\r2%\r3%\n"), "us-ascii", "quoted-printable" },
	{ "a CR at the end", BYTES("a\r"), "us-ascii", "quoted-printable" },
	{ "NUL", BYTES("a\0b\n"), "us-ascii", "quoted-printable" },
	{ "German", BYTES("Gr\303\274\303\237e an alle, die das hier lesen.\n"), "utf-8",
	  "quoted-printable" },
	{ "Russian",
	  BYTES("\320\237\321\200\320\270\320\262\320\265\321\202, \320\274\320\270\321"
		"\200\n"),
	  "utf-8", "base64" },
	{ "emoji", BYTES("\360\237\230\200"), "utf-8", "base64" },
	{ "Latin-1", BYTES("Gr\374\337e an alle, die das hier lesen.\n"), "unknown-8bit",
	  "quoted-printable" },
	{ "a character that is cut", BYTES("all but the last: \303"), "unknown-8bit",
	  "quoted-printable" },
	{ "a sixth is not too much", BYTES("\303\2741234567890"), "utf-8", "quoted-printable" },
	{ "a little more is", BYTES("\303\274123456789"), "utf-8", "base64" },
};

static void test_texts(void)
{
	for (size_t i = 0; i < LENGTH(texts); i++) {
		for (size_t step = 1; step < 2000; step = 3 * step + 4) {
			struct part_text text;
			test_case("text %s by %zu", texts[i].name, step);
			part_text_begin(&text);
			for (size_t at = 0; at < texts[i].len; at += step)
				part_text_take(&text, texts[i].bytes + at,
					       texts[i].len - at < step ? texts[i].len - at : step);
			part_text_end(&text);
			EXPECT_TEXT(part_text_charset(&text), texts[i].charset);
			EXPECT_TEXT(encoding_name(part_text_encoding(&text)), texts[i].encoding);
			EXPECT_NUMBER(text.len, texts[i].len);
		}
	}
}

static void test_fields(void)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	struct part_text text;

	test_case("a text");
	part_text_begin(&text);
	part_text_take(&text, "\303\244", 2);
	part_text_end(&text);
	part_add_text_fields(&out, "text/html", &text);
	EXPECT_TEXT(out.bytes, "Content-Type: text/html; charset=utf-8\r\n"
			       "Content-Transfer-Encoding: base64\r\n");
	str_clear(&out);
	test_case("a file");
	part_add_file_fields(&out, "application/pdf", NULL, "Bericht \303\244.pdf");
	EXPECT_TEXT(out.bytes, "Content-Type: application/pdf\r\n"
			       "Content-Transfer-Encoding: base64\r\n"
			       "Content-Disposition: attachment;\r\n"
			       " filename*=utf-8''Bericht%20%C3%A4.pdf\r\n");
	str_clear(&out);
	test_case("a file of text");
	part_add_file_fields(&out, "text/plain", "us-ascii", "a b.txt");
	EXPECT_TEXT(out.bytes, "Content-Type: text/plain;\r\n charset=us-ascii\r\n"
			       "Content-Transfer-Encoding: base64\r\n"
			       "Content-Disposition: attachment;\r\n filename=\"a b.txt\"\r\n");
	str_clear(&out);
	test_case("parts");
	part_add_multipart_fields(&out, "mixed", "=_1");
	EXPECT_TEXT(out.bytes, "Content-Type: multipart/mixed;\r\n boundary=\"=_1\"\r\n");
}

static void test_boundary(void)
{
	static const unsigned char random[PART_RANDOM_LEN] = { 0, 1, 0x7F, 0x80, 0xFF };
	char boundary[PART_BOUNDARY_LEN + 1];

	test_case("a boundary");
	part_make_boundary(boundary, random);
	EXPECT_TEXT(boundary, "=_00017f80ff0000000000000000000000");
}

int main(void)
{
	test_begin("part");
	test_texts();
	test_fields();
	test_boundary();
	return test_end();
}
