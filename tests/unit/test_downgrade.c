/* test_downgrade.c - header fields in a form that every relay takes */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/downgrade.h"

#define X100                                                                                       \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"xxxxxxxxxxxx"
#define X900 X100 X100 X100 X100 X100 X100 X100 X100 X100

static const struct {
	const char *header;
	const char *expected; /* NULL: refused */
} table[] = {
	{ "Subject: plain\r\nTo: a@b\r\n", "Subject: plain\r\nTo: a@b\r\n" },
	{ "Subject: gr\xc3\xbc\xc3\x9f dich\r\n", "Subject: =?UTF-8?B?Z3LDvMOf?= dich\r\n" },
	{ "Subject: \xc3\xa4 \xc3\xb6 u\r\n", "Subject: =?UTF-8?B?w6Qgw7Y=?= u\r\n" },
	{ "Subject: a\r\n  \xc3\xa4\r\n\tb\r\n", "Subject: a  =?UTF-8?B?w6Q=?=\tb\r\n" },
	{ "X-Thing: \xfc\r\n", "X-Thing: =?unknown-8bit?B?/A==?=\r\n" },
	{ "From: J\xc3\xb6rg <a@b>\r\n", "From: =?UTF-8?B?SsO2cmc=?= <a@b>\r\n" },
	{ "From: \"J\xc3\xb6rg, \\\"M\\\"\" <a@b> (c\xc3\xa4)\r\n",
	  "From: =?UTF-8?B?SsO2cmcsICJNIg==?= <a@b> (=?UTF-8?B?Y8Ok?=)\r\n" },
	{ "Cc: a@b (c\\)\xc3\xa4)\r\n", "Cc: a@b (=?UTF-8?B?YynDpA==?=)\r\n" },
	{ "Cc: a@b (\\) \"\xc3\xa4), \"C\" <c@d>\r\n",
	  "Cc: a@b (\\) =?UTF-8?B?IsOk?=), \"C\" <c@d>\r\n" },
	{ "Date: Mon, 1 Jan 2024 00:00:00 +0100 (Mitteleurop\xc3\xa4ische Zeit)\r\n",
	  "Date: Mon, 1 Jan 2024 00:00:00 +0100 (=?UTF-8?B?TWl0dGVsZXVyb3DDpGlzY2hl?=\r\n"
	  " Zeit)\r\n" },
	{ "List-Help: <https://a.example/\xc3\xa4?b=%20>, <mailto:c@d> (\xc3\xa4)\r\n",
	  "List-Help: <https://a.example/%C3%A4?b=%20>, <mailto:c@d>\r\n (=?UTF-8?B?w6Q=?=)\r\n" },
	{ "To: a@b, G: c@d, \xc3\xa4 <e@f>;, x@\xc3\xa4.example\r\n",
	  "To: a@b, G: c@d, =?UTF-8?B?w6Q=?= <e@f>;, x@xn--4ca.example\r\n" },
	{ "Cc: \xc3\xa4@b\r\n", NULL },
	{ "Bcc: x <\xc3\xa4@b>\r\n", NULL },
	{ "To: \xc3\xa4 a <<\r\n", "To: =?UTF-8?B?w6Q=?= a <<\r\n" },
	{ "Content-Type: text/plain; charset=utf-8; name=\"n\xc3\xa4me.txt\"\r\n",
	  "Content-Type: text/plain;\r\n charset=utf-8;\r\n name*=utf-8''n%C3%A4me.txt\r\n" },
	{ "Message-ID: <\xc3\xa4@b>\r\n", NULL },
	{ "References: <" X900 "> <" X100 "@b>\r\n",
	  "References: <" X900 ">\r\n <" X100 "@b>\r\n" },
	{ "References: <" X900 X100 ">\r\n", NULL },
	{ "X-Long: " X900 X100 "\r\n", "" },
	{ "To: a@b," X900 "@c," X100 "@d\r\n", "" },
};

static void downgrade(const char *text, enum downgrade_keeps keeps, struct str *out,
		      struct err *err)
{
	CLEANUP(header_done) struct header header = { 0 };
	CLEANUP(changes_done) struct changes changes;

	header_index(&header, text, strlen(text));
	changes_init(&changes, &header);
	if (downgrade_header(&changes, keeps, err))
		changes_write(&changes, out);
}

static void expect_clean(const struct str *out)
{
	EXPECT(str_is_ascii(out->bytes, out->len));
	for (const char *line = out->bytes; *line; line += strcspn(line, "\n") + 1)
		EXPECT(strcspn(line, "\r") <= 998);
}

static void test_table(void)
{
	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		const char *expected = table[i].expected;

		test_case("field %zu: %.40s", i, table[i].header);
		downgrade(table[i].header, KEEPS_ASCII, &out, &err);
		EXPECT_NUMBER(err.kind, expected ? ERR_NONE : ERR_INPUT);
		if (expected && *expected)
			EXPECT_TEXT(out.bytes, expected);
		expect_clean(&out);
	}
}

static void test_keeps_utf8(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;

	test_case("with SMTPUTF8 only what is not UTF-8 changes");
	downgrade("Subject: \xc3\xa4\r\nX: \xfc\r\n", KEEPS_UTF8, &out, &err);
	EXPECT_TEXT(out.bytes, "Subject: \xc3\xa4\r\nX: =?unknown-8bit?B?/A==?=\r\n");
}

static void test_keeps_long_utf8(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;

	test_case("with SMTPUTF8 a long list of addresses beyond ASCII is folded");
	downgrade("To: \xc3\xa4" X900 "@b,\xc3\xa4" X100 "@c\r\n", KEEPS_UTF8, &out, &err);
	EXPECT_TEXT(out.bytes, "To: \xc3\xa4" X900 "@b,\r\n \xc3\xa4" X100 "@c\r\n");
	test_case("with SMTPUTF8 a long word beyond ASCII is encoded");
	str_clear(&out);
	downgrade("To: \xc3\xa4" X900 X100 " <a@b>\r\n", KEEPS_UTF8, &out, &err);
	expect_clean(&out);
	EXPECT(strstr(out.bytes, "?= <a@b>\r\n"));
}

static void test_many_addresses(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	CLEANUP(header_done) struct header header = { 0 };
	CLEANUP(address_list_done) struct address_list list = { 0 };

	test_case("a list in one line, without a blank");
	str_add(&text, "To: ");
	for (int i = 0; i < 1000; i++)
		str_addf(&text, "%s\"a,b%d\"@c.example", i ? "," : "", i);
	str_add(&text, "\r\n");
	downgrade(text.bytes, KEEPS_ASCII, &out, &err);
	expect_clean(&out);
	header_index(&header, out.bytes, out.len);
	EXPECT(header_addresses(&header, "To", &list, &err));
	EXPECT_NUMBER(list.count, 1000);
}

int main(void)
{
	test_begin("downgrade");
	test_table();
	test_keeps_utf8();
	test_keeps_long_utf8();
	test_many_addresses();
	return test_end();
}
