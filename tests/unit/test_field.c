/* test_field.c - header fields that we write */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address_parse.h"
#include "test.h"

#include "mail/field.h"

#define TEN    "123456789 "
#define ELEVEN "1234567890 "

static const struct {
	const char *text, *clean;
} texts[] = {
	{ "", "" },
	{ "report.pdf", "report.pdf" },
	{ "a\r\nBcc: x", "a__Bcc: x" },
	{ "a\tb\x7F"
	  "c\x1B[2J",
	  "a_b_c_[2J" },
	{ "gr\303\274n \342\202\254 \360\237\230\200",
	  "gr\303\274n \342\202\254 \360\237\230\200" },
	/* joiners belong to words in some languages, and to emoji */
	{ "\342\200\214\342\200\215", "\342\200\214\342\200\215" },
	{ "\302\205 \302\233 \302\240", "_ _ \302\240" },
	{ "x\342\200\256fdp.exe", "x_fdp.exe" },
	{ "\342\200\250\342\200\251\342\201\246\342\201\251\342\201\252", "____\342\201\252" },
	{ "\374ber \303", "_ber _" },
	{ "\355\240\200", "___" },
};

static void test_clean(void)
{
	for (size_t i = 0; i < LENGTH(texts); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		test_case("clean '%s'", texts[i].text);
		field_clean(texts[i].text, '_', &out);
		EXPECT_TEXT(out.bytes, texts[i].clean);
	}
}

static const struct {
	const char *text, *field;
} subjects[] = {
	{ "", "" },
	{ " \t\r\n ", "" },
	{ "Report", "Subject: Report\r\n" },
	{ "  Report  of\tMay ", "Subject: Report  of May\r\n" },
	{ "a\r\nBcc: eve@example.org\r\n\r\nbody", "Subject: a  Bcc: eve@example.org    body\r\n" },
	{ "a\x1B[2J", "Subject: a [2J\r\n" },
	{ "gr\303\274n", "Subject: =?UTF-8?B?Z3LDvG4=?=\r\n" },
	{ "gr\374n", "Subject: gr n\r\n" },
	{ "x =?UTF-8?Q?y?= z", "Subject: =?UTF-8?B?eCA9P1VURi04P1E/eT89IHo=?=\r\n" },
	{ "what=?", "Subject: =?UTF-8?B?d2hhdD0/?=\r\n" },
	/* 78 columns, 79 columns; the blanks between words stay */
	{ TEN TEN TEN TEN TEN TEN "123456789",
	  "Subject: " TEN TEN TEN TEN TEN TEN "123456789\r\n" },
	{ TEN TEN TEN TEN TEN TEN "1234567890",
	  "Subject: " TEN TEN TEN TEN TEN "123456789\r\n 1234567890\r\n" },
	{ TEN TEN TEN TEN TEN TEN "   " TEN TEN,
	  "Subject: " TEN TEN TEN TEN TEN "123456789\r\n    123456789 123456789\r\n" },
	/* a word that no fold makes short enough */
	{ "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
	  "Subject: =?UTF-8?B?MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5?=\r\n"
	  " =?UTF-8?B?MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTA=?=\r\n" },
};

static void test_subjects(void)
{
	for (size_t i = 0; i < LENGTH(subjects); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		test_case("subject '%s'", subjects[i].text);
		field_add_text(&out, "Subject", subjects[i].text);
		EXPECT_TEXT(out.bytes, subjects[i].field);
	}
}

static void test_long_subject(void)
{
	static const char *const words[] = { "word", "w\303\266rd", "\360\237\230\200",
					     "averyverylongwordindeedthatisnotbroken" };

	for (size_t i = 0; i < LENGTH(words); i++) {
		CLEANUP(str_done) struct str text = STR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		for (int n = 0; n < 500; n++)
			str_addf(&text, "%s ", words[i]);
		test_case("lines of a long subject are short: %s", words[i]);
		field_add_text(&out, "Subject", text.bytes);
		for (const char *line = out.bytes; *line; line += strcspn(line, "\n") + 1)
			EXPECT(strcspn(line, "\r") <= 78 && line[0] != '\r');
	}
}

static void test_addresses(void)
{
	static const char given[] =
		"ann@a.example, \"Bob B.\" <bob@b.example>, J\303\274rgen <j@c>, "
		"Team: x@d.example, root;";
	CLEANUP(str_done) struct str out = STR_INIT;
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_list_done) struct address_list list = { 0 };

	test_case("nobody");
	field_add_addresses(&out, "To", &list);
	EXPECT_TEXT(out.bytes, "");
	test_case("a list is folded");
	EXPECT(address_parse_list(given, sizeof given - 1, &list, &err));
	field_add_addresses(&out, "To", &list);
	EXPECT_TEXT(out.bytes, "To: ann@a.example, \"Bob B.\" <bob@b.example>,\r\n"
			       " =?UTF-8?B?SsO8cmdlbg==?= <j@c>, x@d.example, root\r\n");
}

int main(void)
{
	test_begin("field");
	test_clean();
	test_subjects();
	test_long_subject();
	test_addresses();
	return test_end();
}
