/* test_fold.c - the places at which long header fields are folded */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/form.h"
#include "mail/seals.h"

#define X10  "xxxxxxxxxx"
#define X70  X10 X10 X10 X10 X10 X10 X10
#define X500 X70 X70 X70 X70 X70 X70 X70 X10
#define X990 X500 X70 X70 X70 X70 X70 X70 X70
#define LONG X500 X500

/* A field that is too long, and its folded form. */
static const struct {
	const char *field, *expected; /* NULL: it can't be folded */
} table[] = {
	/* ids */
	{ "References: <a" X500 "@b><c" X500 "@d>", "References: <a" X500 "@b>\r\n <c" X500 "@d>" },
	{ "References: <a@b><c@d>" LONG, NULL },
	{ "In-Reply-To: <a@b> <c" X500 "@d><e" X500 "@f>",
	  "In-Reply-To: <a@b>\r\n <c" X500 "@d>\r\n <e" X500 "@f>" },
	{ "X-Original-References: <a" X500 "@b><c" X500 "@d>",
	  "X-Original-References: <a" X500 "@b>\r\n <c" X500 "@d>" },
	{ "Resent-Message-ID: <a" X990 "@b>", "Resent-Message-ID: \r\n <a" X990 "@b>" },
	/* lists with semicolons */
	{ "ARC-Seal: i=1;a=" X500 ";cv=none;b=" X500,
	  "ARC-Seal: i=1;\r\n a=" X500 ";\r\n cv=none;b=" },
	{ "Authentication-Results: a;x=\"" X500 ";\";y=" X500,
	  "Authentication-Results: a;\r\n x=\"" X500 ";\";\r\n y=" X500 },
	{ "Received: from a(" X500 ";" X10 ")" X500 ";Mon", NULL },
	{ "Received: from a(" X500 ";" X10 ");b" X500 ";Mon",
	  "Received: from\r\n a(" X500 ";" X10 ");\r\n b" X500 ";\r\n Mon" },
	{ "Autocrypt: addr=a@b;keydata=" X500 X500, "Autocrypt: addr=a@b;keydata=\r\n xxx" },
	{ "X-Google-Something: a=" X500 ";y=" X500, "X-Google-Something: a=" X500 ";\r\n y=" X500 },
	{ "Content-Type: multipart/mixed;boundary=\"" X500 "\";x=\"a;" X500 "\"",
	  "Content-Type: multipart/mixed;\r\n boundary=\"" X500 "\";\r\n x=\"a;" X500 "\"" },
	{ "Content-Type: a/b; name=\"" X500 " " X500 "\"", NULL },
	/* JSON */
	{ "X-SMTPAPI: {\"a\":\"b,c\",\"d\":\"" X500 "," X70 X500 "\"}", NULL },
	{ "X-SMTPAPI: {\"a\":[\"" X500 "\",\"" X500 "\"]}",
	  "X-SMTPAPI: {\"a\":[\r\n \"" X500 "\",\r\n \"" X500 "\"]}" },
	{ "X-MC-Metadata: [\"\\\"," X500 "\",\"" X500 "\"]",
	  "X-MC-Metadata: [\r\n \"\\\"," X500 "\",\r\n \"" X500 "\"]" },
	{ "X-Mailgun-Variables: {\"a\":\"" LONG "\"}", NULL },
	/* commas */
	{ "List-Unsubscribe: <https://a/" X500 ",>,<mailto:" X500 "@b>",
	  "List-Unsubscribe: <https://a/" X500 ",>,\r\n <mailto:" X500 "@b>" },
	{ "To: \"a," X500 "\"<a@b>,(c," X500 ")c@d",
	  "To: \"a," X500 "\"<a@b>,\r\n (c," X500 ")c@d" },
	/* URLs, in which blanks mean nothing */
	{ "List-Unsubscribe: (" X10 ") <https://a/" X500 X500 ">, <mailto:a@b>",
	  "List-Unsubscribe: (" X10 ")\r\n <https://a/" X10 X10 X10 X10 X10 "xxx\r\n " },
	{ "List-Help: " LONG " <https://a/>", NULL },
	{ "Keywords: " X500 "," X500, "Keywords: " X500 ",\r\n " X500 },
	{ "X-Tags: a,b;" X500 "," X500, "X-Tags: a,b;" X500 ",\r\n " X500 },
	/* base64 */
	{ "Face: " X70 X990, "Face: xxxxxx" },
	/* texts */
	{ "Subject: " X500 "," X500, NULL },
	{ "X-Cron-Env: <PATH=" LONG ">", NULL },
	{ "X-" X990 X10 ": a", NULL },
	{ "X-" X990 X10 ": a b", NULL },
	{ "X-" X990 "xxxx: a", "X-" X990 "xxxx: \r\n a" },
	{ "X-" X990 "xxxxx: a", NULL },
	{ "Subject: [a] " X500 ", " X500, "Subject: [a]\r\n " X500 ",\r\n " X500 },
	{ "To: \"" X500 " " X500 "\" <a@b>", "To: \"" X500 "\r\n " X500 "\"\r\n <a@b>" },
	{ "X-Wide: a  \t" X500 "   " X500, "X-Wide: a\r\n  \t" X500 "\r\n   " X500 },
};

static bool fold(const struct header *header, struct str *out)
{
	const struct header_field *field = &header->fields[0];
	CLEANUP(str_done) struct str text = STR_INIT;

	header_add_unfolded(header, field, &text);
	struct form form = form_find(header, field, text.bytes);
	str_addf(out, "%.*s: ", (int)field->name_len, header->bytes);
	return fold_body(out, text.bytes, field->name_len + 2, form.fold);
}

static void test_table(void)
{
	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(header_done) struct header header;
		CLEANUP(str_done) struct str out = STR_INIT;

		test_case("%zu: %.40s", i, table[i].field);
		header_index(&header, table[i].field, strlen(table[i].field));
		bool is_folded = fold(&header, &out);
		EXPECT(is_folded == (table[i].expected != NULL));
		if (!is_folded)
			continue;
		for (const char *line = out.bytes; line; line = strstr(line + 1, "\n"))
			EXPECT(strcspn(line + (*line == '\n'), "\r") <= 998);
		EXPECT(strncmp(out.bytes, table[i].expected, strlen(table[i].expected)) == 0);
		if (strncmp(out.bytes, table[i].expected, strlen(table[i].expected)) != 0)
			EXPECT_TEXT(out.bytes, table[i].expected);
	}
}

/* The DKIM signature's claim about the field Subject. */
static const struct {
	const char *signatures;
	enum seal seal;
} seals[] = {
	{ "", SEAL_NONE },
	{ "DKIM-Signature: v=1; h=from:to; c=simple\r\n", SEAL_NONE },
	{ "DKIM-Signature: v=1; h=from:subject\r\n", SEAL_SIMPLE },
	{ "DKIM-Signature: v=1; c=relaxed; h=from:subject\r\n", SEAL_RELAXED },
	{ "dkim-signature:c=Relaxed/simple;h=From:\r\n\tTo : SUBJECT ;b=\r\n", SEAL_RELAXED },
	{ "DKIM-Signature: c=simple/relaxed; h=subject\r\n", SEAL_SIMPLE },
	{ "DKIM-Signature: c=relaxed/relaxed\r\n", SEAL_SIMPLE },
	{ "DKIM-Signature: bh=h=subject; h=subjects:x-subject; ch=subject\r\n", SEAL_NONE },
	{ "DKIM-Signature: c=relaxed; h=subject\r\nDKIM-Signature: h=subject\r\n", SEAL_SIMPLE },
	{ "DKIM-Signature: c=relaxed; h=subject\r\nDKIM-Signature: h=from\r\n", SEAL_RELAXED },
	{ "X-DKIM-Signature: h=subject\r\n", SEAL_NONE },
};

static void test_seals(void)
{
	for (size_t i = 0; i < LENGTH(seals); i++) {
		CLEANUP(str_done) struct str bytes = STR_INIT;
		CLEANUP(header_done) struct header header;
		CLEANUP(seals_done) struct seals found;

		test_case("seal %zu: %s", i, seals[i].signatures);
		str_addf(&bytes, "%sSubject: x\r\n", seals[i].signatures);
		header_index(&header, bytes.bytes, bytes.len);
		seals_init(&found, &header);
		EXPECT_NUMBER(seals_find(&found, header_find(&header, "Subject")), seals[i].seal);
	}
}

/* The places that a signature leaves. */
static void test_signature(void)
{
	static const char text[] = "a=b; h=x; b=" X500 X500 "; d=e";
	const struct fold fixed = { .places = FOLD_SIGNATURE,
				    .has_quotes = true,
				    .is_fixed = true };
	const struct fold relaxed = { .places = FOLD_BLANKS };
	CLEANUP(str_done) struct str out = STR_INIT;

	test_case("in a signature only its b= is folded");
	EXPECT(fold_body(&out, text, 16, fixed));
	EXPECT(strncmp(out.bytes, "a=b; h=x; b=\r\n xxx", 18) == 0);
	EXPECT(strcmp(out.bytes + out.len - 6, "; d=e") == 0 || strstr(out.bytes, "; d=e"));
	test_case("a signed field is folded at blanks");
	str_clear(&out);
	EXPECT(!fold_body(&out, X500 ";" X500, 9, relaxed));
	EXPECT(fold_body(&out, X500 "; " X500, 9, relaxed));
	EXPECT_TEXT(out.bytes, X500 ";\r\n " X500);
}

/* Each field is compared with each name, so that there is a limit for the names of all. */
static void test_many_names(void)
{
	CLEANUP(str_done) struct str bytes = STR_INIT;
	CLEANUP(header_done) struct header header;
	CLEANUP(seals_done) struct seals found;

	test_case("signatures that name more than readers look at");
	for (int i = 0; i < 30; i++) {
		str_add(&bytes, "DKIM-Signature: c=relaxed; h=x");
		for (int k = 0; k < 1000; k++)
			str_add(&bytes, ":x");
		str_add(&bytes, "\r\n");
	}
	str_add(&bytes, "Subject: x\r\n");
	header_index(&header, bytes.bytes, bytes.len);
	seals_init(&found, &header);
	EXPECT_NUMBER(seals_find(&found, header_find(&header, "Subject")), SEAL_SIMPLE);
}

/* The time grows in proportion to the length. */
static void test_long(void)
{
	const struct fold how = { .places = FOLD_SEMICOLONS, .is_value_base64 = true };
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;

	test_case("blanks before a name that is all equals signs");
	str_add(&text, "a;");
	while (text.len < 1000000)
		str_add_char(&text, ' ');
	while (text.len < 2000000)
		str_add_char(&text, '=');
	EXPECT(!fold_body(&out, text.bytes, 10, how));
}

int main(void)
{
	test_begin("fold");
	test_table();
	test_seals();
	test_signature();
	test_many_names();
	test_long();
	return test_end();
}
