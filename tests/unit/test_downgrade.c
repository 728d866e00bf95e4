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
	{ "Content-Type: a/b; boundary=" X900 X100 "\r\n", NULL },
	{ "Content-Type: a/b; url=" X900 X100 "\r\n", "" },
	{ "Content-Type: a/b; name=\"" X900 " " X100 "\"; x=\"y z\"\r\n", "" },
	{ "Message-ID: <\xc3\xa4@b>\r\n", NULL },
	{ "References: <" X900 "> <" X100 "@b>\r\n",
	  "References: <" X900 ">\r\n <" X100 "@b>\r\n" },
	{ "References: <" X900 X100 ">\r\n", NULL },
	{ "X-Long: " X900 X100 "\r\n", "" },
	{ "To: a@b," X900 "@c," X100 "@d\r\n", "" },
	{ "To: \"" X900 X100 "\" <a@b>\r\n", "" },
	{ "To: a@" X900 X100 "\r\n", NULL },
	{ "List-Help: <" X900 X100 ">\r\n", "" },
	{ "Received: by " X900 X100 "; x\r\n", "" },
};

/* The relay's extensions, the charset that the message names, and the place of the header. */
static const struct {
	const char *name;
	enum downgrade_keeps keeps;
	const char *charset;
	bool is_inner;
	const char *header;
	const char *expected; /* "=": unchanged; NULL: refused */
} cases[] = {
	/* Texts are encoded with any offer of the relay; addresses stay raw only if they must. */
	{ "text, offered", KEEPS_UTF8, NULL, false, "Subject: \xc3\xa4\r\n",
	  "Subject: =?UTF-8?B?w6Q=?=\r\n" },
	{ "text in a part", KEEPS_8BIT, NULL, true, "Subject: \xc3\xa4\r\n",
	  "Subject: =?UTF-8?B?w6Q=?=\r\n" },
	{ "local part", KEEPS_UTF8, NULL, false, "To: J\xc3\xb6rg <j\xc3\xb6@b>, x@\xc3\xa4.de\r\n",
	  "To: =?UTF-8?B?SsO2cmc=?= <j\xc3\xb6@b>, x@xn--4ca.de\r\n" },
	{ "an address that stays stays as it was folded", KEEPS_UTF8, NULL, false,
	  "To: a@b,j\xc3\xb6@b,\r\n\tc@d\r\n", "=" },
	{ "local part alone", KEEPS_UTF8, NULL, false, "From: j\xc3\xb6@b\r\n", "=" },
	{ "local part in quotes", KEEPS_UTF8, NULL, false, "From: \"j \xc3\xb6\"@b (\xc3\xa4)\r\n",
	  "From: \"j \xc3\xb6\"@b (=?UTF-8?B?w6Q=?=)\r\n" },
	{ "local part, not UTF-8", KEEPS_UTF8, NULL, false, "From: j\xf6@b\r\n", NULL },
	{ "local part, not UTF-8, in a part", KEEPS_8BIT, NULL, true, "From: j\xf6@b\r\n", "=" },
	{ "local part in a part", KEEPS_ASCII, NULL, true, "From: j\xc3\xb6@b\r\n", NULL },
	{ "no address list", KEEPS_UTF8, NULL, false, "To: j\xc3\xb6@b <<\r\n", "=" },
	{ "id", KEEPS_UTF8, NULL, false, "Message-ID: <\xc3\xa4@b>\r\n", "=" },
	{ "id, not UTF-8", KEEPS_UTF8, NULL, false, "Message-ID: <\xe4@b>\r\n", NULL },
	{ "words around an id", KEEPS_ASCII, NULL, false,
	  "In-Reply-To: Gr\xc3\xbc\xc3\x9f vom <a@b>\r\n",
	  "In-Reply-To: =?UTF-8?B?R3LDvMOf?= vom <a@b>\r\n" },
	/* Charsets */
	{ "latin-1", KEEPS_UTF8, "iso-8859-1", false, "Subject: Gr\xfc\xdf\r\n",
	  "Subject: =?iso-8859-1?B?R3L83w==?=\r\n" },
	{ "latin-1 in a name", KEEPS_UTF8, "ISO-8859-15", false, "From: J\xf6rg <a@b>\r\n",
	  "From: =?ISO-8859-15?B?SvZyZw==?= <a@b>\r\n" },
	{ "no latin-1", KEEPS_UTF8, "iso-8859-1", false, "Subject: \x93x\x94\r\n",
	  "Subject: =?unknown-8bit?B?k3iU?=\r\n" },
	{ "windows-1252", KEEPS_UTF8, "windows-1252", false, "Subject: \x93x\x94\r\n",
	  "Subject: =?windows-1252?B?k3iU?=\r\n" },
	{ "no windows-1252", KEEPS_UTF8, "windows-1252", false, "Subject: \x81\r\n",
	  "Subject: =?unknown-8bit?B?gQ==?=\r\n" },
	{ "UTF-8 called latin-1", KEEPS_UTF8, "iso-8859-1", false, "Subject: \xc3\xa4\r\n",
	  "Subject: =?UTF-8?B?w6Q=?=\r\n" },
	{ "latin-1 called UTF-8", KEEPS_UTF8, "utf-8", false, "Subject: \xe4\r\n",
	  "Subject: =?unknown-8bit?B?5A==?=\r\n" },
	{ "UTF-8 called ASCII", KEEPS_UTF8, "us-ascii", false, "Subject: \xc3\xa4\r\n",
	  "Subject: =?UTF-8?B?w6Q=?=\r\n" },
	{ "koi8-r", KEEPS_UTF8, "koi8-r", false, "Subject: \xf0\xd2\xc9\r\n",
	  "Subject: =?koi8-r?B?8NLJ?=\r\n" },
	{ "shift_jis", KEEPS_UTF8, "Shift_JIS", false, "Subject: \x95\x5c\x8e\xa6\r\n",
	  "Subject: =?Shift_JIS?B?lVyOpg==?=\r\n" },
	{ "shift_jis in quotes", KEEPS_UTF8, "shift_jis", false, "To: \"\x95\x5c\" <a@b>\r\n",
	  "To: =?shift_jis?B?lVw=?= <a@b>\r\n" },
	{ "shift_jis in quotes, escaped", KEEPS_UTF8, "shift_jis", false,
	  "To: \"\x95\x5c\x5c\" <a@b>\r\n", "To: =?shift_jis?B?lVw=?= <a@b>\r\n" },
	{ "half of shift_jis", KEEPS_UTF8, "shift_jis", false, "Subject: \x95\r\n",
	  "Subject: =?unknown-8bit?B?lQ==?=\r\n" },
	{ "gb2312", KEEPS_UTF8, "gb2312", false, "Subject: \xc4\xe3\xba\xc3\r\n",
	  "Subject: =?gb2312?B?xOO6ww==?=\r\n" },
	{ "UTF-8 called gbk", KEEPS_UTF8, "gbk", false, "Subject: \xe4\xb8\xad\xe6\x96\x87\r\n",
	  "Subject: =?UTF-8?B?5Lit5paH?=\r\n" },
	{ "iso-2022-jp", KEEPS_UTF8, "iso-2022-jp", false, "Subject: \xa4\xa2\r\n",
	  "Subject: =?unknown-8bit?B?pKI=?=\r\n" },
	{ "utf-16", KEEPS_UTF8, "utf-16", false, "Subject: \xe4\r\n",
	  "Subject: =?unknown-8bit?B?5A==?=\r\n" },
	{ "two charsets", KEEPS_UTF8, "iso-8859-1", false, "Subject: \xc3\xa4 \xe4\r\n",
	  "Subject: =?UTF-8?B?w6Q=?= =?iso-8859-1?B?IOQ=?=\r\n" },
	{ "a file's name in latin-1", KEEPS_UTF8, "iso-8859-1", true,
	  "Content-Disposition: inline; filename=\"\xe4.txt\"\r\n",
	  "Content-Disposition: inline;\r\n filename*=iso-8859-1''%E4.txt\r\n" },
	{ "a file's name, offered", KEEPS_8BIT, NULL, true,
	  "Content-Disposition: inline; filename=\"\xc3\xa4.txt\"\r\n",
	  "Content-Disposition: inline;\r\n filename*=utf-8''%C3%A4.txt\r\n" },
	/* Encoded-words with raw bytes */
	{ "raw in a word", KEEPS_UTF8, NULL, false, "Subject: =?UTF-8?Q?Gr=C3=BC\xc3\x9f_x?= y\r\n",
	  "Subject: =?UTF-8?B?R3LDvMOfIHg=?= y\r\n" },
	{ "raw and a blank in a word", KEEPS_UTF8, NULL, false,
	  "From: =?utf-8?q?J=C3=B6 \xc3\xa4?= <a@b>\r\n", "From: =?utf-8?B?SsO2IMOk?= <a@b>\r\n" },
	{ "another charset in a word", KEEPS_UTF8, NULL, false,
	  "Subject: =?UTF-8?Q?Gr=C3=BC\xdf?=\r\n",
	  "Subject: =?UTF-8?B?R3LDvA==?= =?unknown-8bit?B?3w==?=\r\n" },
	{ "raw in a word of no charset", KEEPS_UTF8, NULL, false, "Subject: =?x-y?Q?a \xdf?=\r\n",
	  "Subject: =?x-y?Q?a_=DF?=\r\n" },
	{ "raw in base64", KEEPS_UTF8, NULL, false, "Subject: =?utf-8?B?w6\xc3\xa4Q=?=\r\n",
	  "Subject: =?utf-8?B?w6Q=?=\r\n" },
	{ "raw behind a word", KEEPS_UTF8, NULL, false, "Subject: =?utf-8?Q?=C3=A4?=\xc3\xa4 x\r\n",
	  "Subject: =?utf-8?Q?=C3=A4?= =?UTF-8?B?w6Q=?= x\r\n" },
	{ "raw in front of a word", KEEPS_UTF8, NULL, false,
	  "Subject: [\xc3\xa4]=?utf-8?Q?=C3=A4?=\r\n",
	  "Subject: =?UTF-8?B?W8OkXQ==?= =?utf-8?Q?=C3=A4?=\r\n" },
	{ "raw beside a word in quotes", KEEPS_UTF8, NULL, false,
	  "From: \"=?utf-8?Q?=C3=A4?= \xc3\xa4\" <a@b>\r\n",
	  "From: =?utf-8?Q?=C3=A4?= =?UTF-8?B?IMOk?= <a@b>\r\n" },
	{ "raw beside a word", KEEPS_UTF8, NULL, false, "Subject: =?utf-8?Q?=C3=A4?= \xc3\xa4\r\n",
	  "Subject: =?utf-8?Q?=C3=A4?= =?UTF-8?B?IMOk?=\r\n" },
	{ "raw in a word in front of a word", KEEPS_UTF8, NULL, false,
	  "Subject: =?utf-8?Q?\xc3\xa4?= =?utf-8?Q?x?= y\r\n",
	  "Subject: =?utf-8?B?w6Q=?= =?utf-8?Q?x?= y\r\n" },
	{ "raw in a word behind a word", KEEPS_UTF8, NULL, false,
	  "Subject: =?utf-8?Q?x?=\r\n =?utf-8?Q?\xc3\xa4?= y\r\n",
	  "Subject: =?utf-8?Q?x?= =?utf-8?B?w6Q=?= y\r\n" },
	{ "raw words in two charsets", KEEPS_UTF8, NULL, false,
	  "Subject: =?utf-8?Q?\xc3\xa4?= =?iso-8859-1?Q?\xe4?=\r\n",
	  "Subject: =?utf-8?B?w6Q=?= =?iso-8859-1?B?5A==?=\r\n" },
	/* Signed */
	{ "signed, ASCII relay", KEEPS_ASCII, NULL, false,
	  "DKIM-Signature: h=from:subject\r\nSubject: \xc3\xa4\r\n", NULL },
	{ "signed, offered", KEEPS_UTF8, NULL, false,
	  "DKIM-Signature: h=from:subject\r\nSubject: \xc3\xa4\r\n", "=" },
	{ "signed, not UTF-8", KEEPS_UTF8, NULL, false,
	  "DKIM-Signature: h=from:subject\r\nSubject: \xe4\r\n", NULL },
	{ "not signed by it", KEEPS_ASCII, NULL, false,
	  "DKIM-Signature: h=from:to\r\nSubject: \xc3\xa4\r\n",
	  "DKIM-Signature: h=from:to\r\nSubject: =?UTF-8?B?w6Q=?=\r\n" },
	{ "signed by another", KEEPS_ASCII, NULL, false,
	  "DKIM-Signature: h=from\r\nDKIM-Signature: h=to : subject\r\nSubject: \xc3\xa4\r\n",
	  NULL },
	{ "signed in a part", KEEPS_8BIT, NULL, true,
	  "DKIM-Signature: h=from:subject\r\nSubject: \xc3\xa4\r\n", "=" },
	{ "signed in a part, ASCII relay", KEEPS_ASCII, NULL, true,
	  "DKIM-Signature: h=subject\r\nSubject: \xc3\xa4\r\n",
	  "DKIM-Signature: h=subject\r\nSubject: =?UTF-8?B?w6Q=?=\r\n" },
};

static void downgrade(const char *text, const struct downgrade *how, struct str *out,
		      struct err *err)
{
	CLEANUP(header_done) struct header header = { 0 };
	CLEANUP(changes_done) struct changes changes;

	header_index(&header, text, strlen(text));
	changes_init(&changes, &header);
	if (downgrade_header(&changes, how, err))
		changes_write(&changes, out);
}

static void expect_short(const struct str *out)
{
	for (const char *line = out->bytes; *line; line += strcspn(line, "\n") + 1)
		EXPECT(strcspn(line, "\r") <= 998);
}

static void test_table(void)
{
	static const struct downgrade how = { 0 };

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		const char *expected = table[i].expected;

		test_case("field %zu: %.40s", i, table[i].header);
		downgrade(table[i].header, &how, &out, &err);
		EXPECT_NUMBER(err.kind, expected ? ERR_NONE : ERR_INPUT);
		if (expected && *expected)
			EXPECT_TEXT(out.bytes, expected);
		EXPECT(str_is_ascii(out.bytes, out.len));
		expect_short(&out);
	}
}

static void test_cases(void)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		const char *expected = cases[i].expected;
		const struct downgrade how = { cases[i].keeps, charset_named(cases[i].charset),
					       cases[i].is_inner };

		test_case("%s", cases[i].name);
		downgrade(cases[i].header, &how, &out, &err);
		EXPECT_NUMBER(err.kind, expected ? ERR_NONE : ERR_INPUT);
		if (expected)
			EXPECT_TEXT(out.bytes, *expected == '=' ? cases[i].header : expected);
	}
}

static void test_keeps_long_utf8(void)
{
	static const struct downgrade how = { .keeps = KEEPS_UTF8 };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;

	test_case("with SMTPUTF8 a long list of addresses beyond ASCII is folded");
	downgrade("To: \xc3\xa4" X900 "@b,\xc3\xa4" X100 "@c\r\n", &how, &out, &err);
	EXPECT_TEXT(out.bytes, "To: \xc3\xa4" X900 "@b,\r\n \xc3\xa4" X100 "@c\r\n");
	test_case("with SMTPUTF8 a long word beyond ASCII is encoded");
	str_clear(&out);
	downgrade("To: \xc3\xa4" X900 X100 " <a@b>\r\n", &how, &out, &err);
	EXPECT(str_is_ascii(out.bytes, out.len));
	expect_short(&out);
	EXPECT(strstr(out.bytes, "?= <a@b>\r\n"));
}

static void test_many_addresses(void)
{
	static const struct downgrade how = { 0 };
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
	downgrade(text.bytes, &how, &out, &err);
	expect_short(&out);
	header_index(&header, out.bytes, out.len);
	header_addresses(&header, "To", &list);
	EXPECT_NUMBER(list.count, 1000);
}

int main(void)
{
	test_begin("downgrade");
	test_table();
	test_cases();
	test_keeps_long_utf8();
	test_many_addresses();
	return test_end();
}
