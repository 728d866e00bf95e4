/* test_encoding.c - quoted-printable and base64, in pieces */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/decoder.h"
#include "mail/encoder.h"
#include "mail/encoding.h"

static void encode(enum encoding to, const char *bytes, size_t len, size_t step, struct str *out)
{
	struct encoder encoder;

	encoder_init(&encoder, to);
	for (size_t at = 0; at < len; at += step)
		encoder_take(&encoder, bytes + at, len - at < step ? len - at : step, out);
	encoder_end(&encoder, out);
}

static bool decode(enum encoding from, const char *bytes, size_t len, size_t step, struct str *out)
{
	struct decoder decoder;

	decoder_init(&decoder, from);
	for (size_t at = 0; at < len; at += step)
		decoder_take(&decoder, bytes + at, len - at < step ? len - at : step, out);
	decoder_end(&decoder, out);
	return !decoder.is_broken;
}

#define X25 "xxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
	enum encoding to;
	const char *bytes, *expected;
} encoded[] = {
	{ ENCODING_BASE64, "", "" },
	{ ENCODING_BASE64, "f", "Zg==" },
	{ ENCODING_BASE64, "fo", "Zm8=" },
	{ ENCODING_BASE64, "foo", "Zm9v" },
	{ ENCODING_BASE64, "foobar\r\n", "Zm9vYmFyDQo=" },
	{ ENCODING_BASE64, X25 X25 "xxxxxxx",
	  "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4" },
	{ ENCODING_BASE64, X25 X25 "xxxxxxxy",
	  "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4\r\n"
	  "eQ==" },
	{ ENCODING_QUOTED_PRINTABLE, "", "" },
	{ ENCODING_QUOTED_PRINTABLE, "a=b\r\n.\r\n", "a=3Db\r\n.\r\n" },
	{ ENCODING_QUOTED_PRINTABLE, "gr\xc3\xbc\xc3\x9f", "gr=C3=BC=C3=9F" },
	{ ENCODING_QUOTED_PRINTABLE, "a \r\nb\t\r\n c \t", "a=20\r\nb=09\r\n c =09" },
	{ ENCODING_QUOTED_PRINTABLE, "1\r2\r3\n4\r\r\n", "1=0D2=0D3=0A4=0D\r\n" },
	{ ENCODING_QUOTED_PRINTABLE, "a \r", "a=20=0D" },
	{ ENCODING_QUOTED_PRINTABLE, "\x01\x7f~!", "=01=7F~!" },
	{ ENCODING_QUOTED_PRINTABLE, X25 X25 X25, X25 X25 X25 },
	{ ENCODING_QUOTED_PRINTABLE, X25 X25 X25 "y", X25 X25 X25 "=\r\ny" },
	{ ENCODING_QUOTED_PRINTABLE, X25 X25 X25 "\r\ny", X25 X25 X25 "\r\ny" },
	{ ENCODING_QUOTED_PRINTABLE, X25 X25 X25 " \r\ny", X25 X25 X25 "=\r\n=20\r\ny" },
	{ ENCODING_QUOTED_PRINTABLE, X25 X25 "xxxxxxxxxxxxxxxxxxxxxxx\xff",
	  X25 X25 "xxxxxxxxxxxxxxxxxxxxxxx=\r\n=FF" },
};

static void test_encode(void)
{
	for (size_t i = 0; i < LENGTH(encoded); i++) {
		for (size_t step = 1; step < 5; step++) {
			CLEANUP(str_done) struct str out = STR_INIT;
			CLEANUP(str_done) struct str back = STR_INIT;
			const char *bytes = encoded[i].bytes;
			test_case("encode %zu by %zu", i, step);
			encode(encoded[i].to, bytes, strlen(bytes), step, &out);
			EXPECT_TEXT(out.bytes, encoded[i].expected);
			EXPECT(decode(encoded[i].to, out.bytes, out.len, step, &back));
			EXPECT_TEXT(back.bytes, bytes);
		}
	}
}

static const struct {
	enum encoding from;
	const char *bytes, *expected;
	bool is_broken;
} decoded[] = {
	{ ENCODING_BASE64, "Zm9v\r\n", "foo", false },
	{ ENCODING_BASE64, " Z m\t9\r\nv", "foo", false },
	{ ENCODING_BASE64, "Zg==\r\nZg==", "ff", true },
	{ ENCODING_BASE64, "Zm9v!Zg", "foof", true },
	{ ENCODING_BASE64, "Z", "", true },
	{ ENCODING_BASE64, "Z=", "", true },
	{ ENCODING_BASE64, "====", "", false },
	{ ENCODING_QUOTED_PRINTABLE, "a=\r\nb=\nc", "abc", false },
	{ ENCODING_QUOTED_PRINTABLE, "a= \t\r\nb", "ab", false },
	{ ENCODING_QUOTED_PRINTABLE, "=c3=BC", "\xc3\xbc", false },
	{ ENCODING_QUOTED_PRINTABLE, "a=", "a", false },
	{ ENCODING_QUOTED_PRINTABLE, "1=2", "1=2", true },
	{ ENCODING_QUOTED_PRINTABLE, "x=y", "x=y", true },
	{ ENCODING_QUOTED_PRINTABLE, "x==3D=", "x==", true },
	{ ENCODING_QUOTED_PRINTABLE, "x=4z=41", "x=4zA", true },
	{ ENCODING_QUOTED_PRINTABLE, "x=4\r\ny", "x=4\r\ny", true },
	{ ENCODING_QUOTED_PRINTABLE, "x= y", "x= y", true },
};

static void test_decode(void)
{
	for (size_t i = 0; i < LENGTH(decoded); i++) {
		for (size_t step = 1; step < 5; step++) {
			CLEANUP(str_done) struct str out = STR_INIT;
			const char *bytes = decoded[i].bytes;
			test_case("decode '%s' by %zu", bytes, step);
			EXPECT_NUMBER(decode(decoded[i].from, bytes, strlen(bytes), step, &out),
				      !decoded[i].is_broken);
			EXPECT_TEXT(out.bytes, decoded[i].expected);
		}
	}
}

#define X60 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
	enum encoding to;
	const char *bytes, *expected;
} repaired[] = {
	{ ENCODING_BASE64, "Zm9v\r\n", "Zm9v" },
	{ ENCODING_BASE64, "Z\x80m 9!v\r", "Zm9v" },
	{ ENCODING_BASE64, X60 X60,
	  X60 "xxxxxxxxxxxxxxxx\r\n"
	      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	{ ENCODING_QUOTED_PRINTABLE, "a=3Db=\r\nc\r\n", "a=3Db=\r\nc\r\n" },
	{ ENCODING_QUOTED_PRINTABLE, "gr\xc3\xbc=C3=9F \r\n", "gr=C3=BC=C3=9F \r\n" },
	{ ENCODING_QUOTED_PRINTABLE, X60 "xxxxxxxxxxxxx=3Dyy", X60 "xxxxxxxxxxxxx=\r\n=3Dyy" },
	{ ENCODING_QUOTED_PRINTABLE, X60 "xxxxxxxxxxxx=3Dyy", X60 "xxxxxxxxxxxx=3D=\r\nyy" },
	{ ENCODING_QUOTED_PRINTABLE, "a\rb", "a=0Db" },
};

static void test_repair(void)
{
	for (size_t i = 0; i < LENGTH(repaired); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		struct encoder encoder;
		test_case("repair %zu", i);
		encoder_init(&encoder, repaired[i].to);
		encoder.is_repair = true;
		encoder_take(&encoder, repaired[i].bytes, strlen(repaired[i].bytes), &out);
		encoder_end(&encoder, &out);
		EXPECT_TEXT(out.bytes, repaired[i].expected);
	}
}

/* All bytes, in an order in which each byte stands beside many others. */
static void test_round_trip(void)
{
	static const enum encoding both[] = { ENCODING_QUOTED_PRINTABLE, ENCODING_BASE64 };
	CLEANUP(str_done) struct str bytes = STR_INIT;

	for (unsigned i = 0; i < 70000; i++)
		str_add_char(&bytes, (char)(i * 167 % 256 ^ i >> 8));
	for (size_t i = 0; i < LENGTH(both); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		CLEANUP(str_done) struct str back = STR_INIT;
		test_case("every byte through %s", encoding_name(both[i]));
		encode(both[i], bytes.bytes, bytes.len, 1021, &out);
		EXPECT(decode(both[i], out.bytes, out.len, 997, &back));
		EXPECT_NUMBER(back.len, bytes.len);
		EXPECT(memcmp(back.bytes, bytes.bytes, bytes.len) == 0);
		EXPECT(str_is_ascii(out.bytes, out.len));
		for (const char *line = out.bytes; line; line = strstr(line + 1, "\r\n"))
			EXPECT(strcspn(line + 2, "\r") <= 76);
	}
}

static void test_names(void)
{
	static const struct {
		const char *text;
		enum encoding expected;
	} table[] = {
		{ "7bit", ENCODING_7BIT },
		{ " 8BIT", ENCODING_8BIT },
		{ "Quoted-Printable \r\n", ENCODING_QUOTED_PRINTABLE },
		{ "(see below) base64 (yes)", ENCODING_BASE64 },
		{ "\r\n binary;", ENCODING_BINARY },
		{ "base 64", ENCODING_OTHER },
		{ "x-uuencode", ENCODING_OTHER },
		{ "8-bit", ENCODING_8BIT },
		{ "8 bit", ENCODING_8BIT },
		{ "8_bits", ENCODING_8BIT },
		{ "\"8bit\"", ENCODING_8BIT },
		{ "8-Bit (text)", ENCODING_8BIT },
		{ "8-bit;charset=utf-8", ENCODING_8BIT },
		{ "8bit, 7bit", ENCODING_8BIT },
		{ "8BITMIME", ENCODING_8BIT },
		{ "utf-8", ENCODING_8BIT },
		{ "UTF8", ENCODING_8BIT },
		{ "iso-8859-1", ENCODING_8BIT },
		{ "none", ENCODING_8BIT },
		{ "Identity", ENCODING_8BIT },
		{ "7-bit", ENCODING_7BIT },
		{ "7 bit", ENCODING_7BIT },
		{ "us-ascii", ENCODING_7BIT },
		{ "'binary'", ENCODING_BINARY },
		{ "quoted_printable", ENCODING_OTHER },
		{ "quoted-printable, 8bit", ENCODING_OTHER },
		{ "8bit-base64", ENCODING_OTHER },
		{ "-", ENCODING_OTHER },
		{ "", ENCODING_7BIT },
		{ " \r\n", ENCODING_7BIT },
		{ "(open", ENCODING_7BIT },
		{ "(a (b) c) base64", ENCODING_BASE64 },
		{ "(a \\) b) base64 (c (d))", ENCODING_BASE64 },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		test_case("name/%s", table[i].text);
		EXPECT_NUMBER(encoding_find(table[i].text, strlen(table[i].text)),
			      table[i].expected);
	}
}

int main(void)
{
	test_begin("encoding");
	test_encode();
	test_decode();
	test_repair();
	test_round_trip();
	test_names();
	return test_end();
}
