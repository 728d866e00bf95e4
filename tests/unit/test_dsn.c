/* test_dsn.c - delivery status notifications */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/dsn_policy.h"

#include <stdlib.h>

#define CREATED 1763902832 /* Sun, 23 Nov 2025 13:00:32 +0000 */
#define HOUR    3600

/* A recipient with all its data; a case changes its subject. */
struct sample {
	struct header header;
	struct recipient recipient;
	const struct recipient *chosen[1];
	struct dsn notice;
	struct str text;
};

static char sample_address[] = "bob@b.example";
static const char sample_header[] = "From: alice@a.example\r\n"
				    "Subject: =?UTF-8?B?w7xi?=\r\n"
				    "Message-ID: <1@a.example>\r\n";

static void sample_init(struct sample *sample, const char *header)
{
	*sample = (struct sample){
		.recipient = { .address = sample_address, .status = 'f' },
		.text = STR_INIT,
		.notice = {
			.kind = DSN_FAILED,
			.to = "alice@a.example",
			.from = "MAILER-DAEMON@box.example",
			.host = "box.example",
			.id = "0123456789abcdefabcdefgh",
			.message_id = "<0123456789abcdefabcdefgh.failed@box.example>",
			.now = CREATED + HOUR,
			.created = CREATED,
			.count = 1,
		},
	};
	sample->chosen[0] = &sample->recipient;
	sample->notice.recipients = sample->chosen;
	sample->notice.original = &sample->header;
	header_index(&sample->header, header, strlen(header));
}

static void sample_done(struct sample *sample)
{
	header_done(&sample->header);
	err_done(&sample->recipient.err);
	str_done(&sample->text);
}

/* As the client writes it: the place, followed by the server's own words. */
static void set_reply(struct err *err, int code, const char *enhanced, const char *words)
{
	err_set(err, code / 100 == 4 ? ERR_DEFER : ERR_REJECT, "mx.b.example:587: %s", words);
	err->code = code;
	err->reply_len = strlen(words);
	strncpy(err->enhanced, enhanced, sizeof err->enhanced - 1);
}

static void expect_clean(const struct str *text)
{
	size_t line = 0;

	EXPECT(str_is_ascii(text->bytes, text->len));
	EXPECT(text->len >= 2 && strcmp(text->bytes + text->len - 2, "\r\n") == 0);
	for (size_t i = 0; i < text->len; i++) {
		char c = text->bytes[i];
		if (c == '\n')
			EXPECT(i && text->bytes[i - 1] == '\r');
		else if (c != '\r')
			EXPECT(c == '\t' || (c >= ' ' && c < 0x7F));
		else
			EXPECT(text->bytes[i + 1] == '\n');
		line = c == '\n' ? 0 : line + 1;
		EXPECT(line <= 999);
	}
}

static const char failed_golden[] =
	"Date: Sun, 23 Nov 2025 14:00:32 +0000\r\n"
	"From: Mail Delivery System <MAILER-DAEMON@box.example>\r\n"
	"To: alice@a.example\r\n"
	"Subject: Not delivered: bob@b.example\r\n"
	"Message-ID: <0123456789abcdefabcdefgh.failed@box.example>\r\n"
	"References: <1@a.example>\r\n"
	"Auto-Submitted: auto-replied\r\n"
	"MIME-Version: 1.0\r\n"
	"Content-Type: multipart/report; report-type=delivery-status;\r\n"
	" boundary=\"=_0123456789abcdefabcdefghfailedboxexample_0\"\r\n"
	"\r\n"
	"--=_0123456789abcdefabcdefghfailedboxexample_0\r\n"
	"Content-Type: text/plain; charset=utf-8\r\n"
	"\r\n"
	"This is the mail program on box.example.\r\n"
	"\r\n"
	"Your message of Sun, 23 Nov 2025 13:00:32 +0000\r\n"
	"could not be delivered to:\r\n"
	"\r\n"
	"  <bob@b.example>\r\n"
	"    mx.b.example:587: 550 5.1.1 no such user here, and nobody knows of any\r\n"
	"    other address\r\n"
	"\r\n"
	"It will not be tried again. A copy is kept there;\r\n"
	"this command sends it once more:\r\n"
	"\r\n"
	"  mailchute --queue-retry 0123456789abcdefabcdefgh\r\n"
	"\r\n"
	"The header of your message is attached.\r\n"
	"\r\n"
	"--=_0123456789abcdefabcdefghfailedboxexample_0\r\n"
	"Content-Type: message/delivery-status\r\n"
	"\r\n"
	"Original-Envelope-Id: QQ 314159\r\n"
	"Reporting-MTA: dns; box.example\r\n"
	"Arrival-Date: Sun, 23 Nov 2025 13:00:32 +0000\r\n"
	"\r\n"
	"Original-Recipient: rfc822;robert+x@b.example\r\n"
	"Final-Recipient: rfc822; bob@b.example\r\n"
	"Action: failed\r\n"
	"Status: 5.1.1\r\n"
	"Remote-MTA: dns; mx.b.example\r\n"
	"Diagnostic-Code: smtp; 550 5.1.1 no such user here, and nobody knows of any\r\n"
	" other address\r\n"
	"Last-Attempt-Date: Sun, 23 Nov 2025 13:30:32 +0000\r\n"
	"\r\n"
	"--=_0123456789abcdefabcdefghfailedboxexample_0\r\n"
	"Content-Type: text/rfc822-headers\r\n"
	"\r\n"
	"From: alice@a.example\r\n"
	"Subject: =?UTF-8?B?w7xi?=\r\n"
	"Message-ID: <1@a.example>\r\n"
	"\r\n"
	"--=_0123456789abcdefabcdefghfailedboxexample_0--\r\n";

static void test_failed(void)
{
	CLEANUP(sample_done) struct sample sample;
	CLEANUP(str_done) struct str again = STR_INIT;
	char orcpt[] = "rfc822;robert+2Bx@b.example";

	test_case("failed, as a whole");
	sample_init(&sample, sample_header);
	set_reply(&sample.recipient.err, 550, "5.1.1",
		  "550 5.1.1 no such user here, and nobody knows of any other address");
	sample.recipient.orcpt = orcpt;
	sample.notice.envid = "QQ+20314159";
	sample.notice.relay = "mx.b.example";
	sample.notice.last_attempt = CREATED + HOUR / 2;
	dsn_add(&sample.notice, &sample.text);
	EXPECT_TEXT(sample.text.bytes, failed_golden);
	expect_clean(&sample.text);
	test_case("the same again");
	dsn_add(&sample.notice, &again);
	EXPECT_TEXT(again.bytes, sample.text.bytes);
}

static void test_delayed(void)
{
	CLEANUP(sample_done) struct sample sample;

	test_case("delayed");
	sample_init(&sample, sample_header);
	sample.notice.kind = DSN_DELAYED;
	sample.notice.retry_until = CREATED + 24 * HOUR;
	sample.notice.relay = "mx.b.example";
	err_set(&sample.recipient.err, ERR_NET, "mx.b.example:587: connection refused");
	dsn_add(&sample.notice, &sample.text);
	EXPECT_PART(sample.text.bytes, "\r\nSubject: Delayed: bob@b.example\r\n");
	EXPECT_PART(sample.text.bytes, "\r\nIt will be tried again until Mon, 24 Nov 2025 13:00:32 "
				       "+0000.\r\n");
	EXPECT_PART(sample.text.bytes,
		    "\r\n\r\nFinal-Recipient: rfc822; bob@b.example\r\n"
		    "Action: delayed\r\n"
		    "Status: 4.0.0\r\n"
		    "Diagnostic-Code: X-mailchute; mx.b.example:587: connection refused\r\n"
		    "Will-Retry-Until: Mon, 24 Nov 2025 13:00:32 +0000\r\n\r\n--");
	expect_clean(&sample.text);
}

static void test_status(void)
{
	static const struct {
		enum dsn_kind kind;
		enum err_kind error;
		int code;
		const char *enhanced;
		const char *expected;
	} table[] = {
		{ DSN_FAILED, ERR_REJECT, 550, "5.7.26", "5.7.26" },
		{ DSN_FAILED, ERR_REJECT, 550, "", "5.0.0" },
		{ DSN_FAILED, ERR_DEFER, 450, "4.2.0", "4.2.0" },
		{ DSN_FAILED, ERR_DEFER, 450, "", "4.0.0" },
		{ DSN_FAILED, ERR_NET, 0, "", "4.4.7" },
		{ DSN_FAILED, ERR_INPUT, 0, "", "5.0.0" },
		{ DSN_FAILED, ERR_NONE, 0, "", "5.0.0" },
		{ DSN_FAILED, ERR_REJECT, 550, "2.1.5", "5.0.0" },
		{ DSN_FAILED, ERR_REJECT, 550, "5.1", "5.0.0" },
		{ DSN_FAILED, ERR_REJECT, 550, "5.1.", "5.0.0" },
		{ DSN_FAILED, ERR_REJECT, 550, "5..1", "5.0.0" },
		{ DSN_FAILED, ERR_REJECT, 550, "5.1.1.1", "5.0.0" },
		{ DSN_FAILED, ERR_REJECT, 550, "5.1.1\r\nX", "5.0.0" },
		{ DSN_FAILED, ERR_REJECT, 550, "50.1.1", "5.0.0" },
		{ DSN_FAILED, ERR_REJECT, 550, "5", "5.0.0" },
		{ DSN_DELAYED, ERR_DEFER, 451, "4.7.1", "4.7.1" },
		{ DSN_DELAYED, ERR_AUTH, 535, "5.7.8", "4.0.0" },
		{ DSN_DELAYED, ERR_NONE, 0, "", "4.0.0" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(sample_done) struct sample sample;
		CLEANUP(mem_free_at)
		char *expected = str_format("\r\nStatus: %s\r\n", table[i].expected);
		test_case("status: %d %s %d '%s'", (int)table[i].error, table[i].expected,
			  table[i].code, table[i].enhanced);
		sample_init(&sample, sample_header);
		set_reply(&sample.recipient.err, table[i].code, table[i].enhanced, "x");
		sample.recipient.err.kind = table[i].error;
		sample.notice.kind = table[i].kind;
		dsn_add(&sample.notice, &sample.text);
		EXPECT_PART(sample.text.bytes, expected);
		expect_clean(&sample.text);
	}
}

static void test_words(void)
{
	static const struct {
		const char *name;
		const char *words;
		const char *expected;
	} table[] = {
		{ "several lines", "550 one\\ntwo", "Diagnostic-Code: smtp; 550 one two\r\n" },
		{ "line ends", "550 a\r\n\r\n--b\rc", "Diagnostic-Code: smtp; 550 a? ? --b?c\r\n" },
		{ "UTF-8",
		  "550 \xC3\xBC"
		  "ber",
		  "Diagnostic-Code: smtp; 550 ?ber\r\n" },
		{ "UTF-8 for a person",
		  "550 \xC3\xBC"
		  "ber",
		  "    mx.b.example:587: 550 =C3=BCber\r\n" },
		{ "escapes", "550 \x1B[31m", "Diagnostic-Code: smtp; 550 ?[31m\r\n" },
		{ "blanks", "550    x  ", "Diagnostic-Code: smtp; 550 x\r\n" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(sample_done) struct sample sample;
		test_case("words: %s", table[i].name);
		sample_init(&sample, sample_header);
		set_reply(&sample.recipient.err, 550, "", table[i].words);
		dsn_add(&sample.notice, &sample.text);
		EXPECT_PART(sample.text.bytes, table[i].expected);
		expect_clean(&sample.text);
	}
}

static void test_long_words(void)
{
	CLEANUP(sample_done) struct sample sample;
	CLEANUP(str_done) struct str words = STR_INIT;

	test_case("words: very long ones");
	for (int i = 0; i < 4000; i++)
		str_add(&words, "\xC3\xBC");
	sample_init(&sample, sample_header);
	set_reply(&sample.recipient.err, 550, "", words.bytes);
	dsn_add(&sample.notice, &sample.text);
	expect_clean(&sample.text);
	EXPECT(sample.text.len < 16000);
}

static void test_addresses(void)
{
	CLEANUP(sample_done) struct sample sample;
	char address[] = "b\xC3\xBC+\xF0\x9F\x98\x80@b.example";
	char orcpt[] = "utf-8;b\\x{FC}+0D+0Ax@b.example";

	test_case("an address beyond ASCII");
	sample_init(&sample, sample_header);
	sample.recipient.address = address;
	sample.recipient.orcpt = orcpt;
	dsn_add(&sample.notice, &sample.text);
	expect_clean(&sample.text);
	EXPECT_PART(sample.text.bytes,
		    "\r\nFinal-Recipient: utf-8; b\\x{FC}\\x{2B}\\x{1F600}@b.example\r\n");
	EXPECT_PART(sample.text.bytes,
		    "\r\nOriginal-Recipient: utf-8;b\\x{FC}+0D+0Ax@b.example\r\n");
	EXPECT_PART(sample.text.bytes, "\r\nSubject: =?UTF-8?B?");
	EXPECT_PART(sample.text.bytes, "  <b=C3=BC+=F0=9F=98=80@b.example>\r\n");
}

static void test_several(void)
{
	CLEANUP(sample_done) struct sample sample;
	const struct recipient *chosen[3];

	test_case("several recipients");
	sample_init(&sample, sample_header);
	for (size_t i = 0; i < LENGTH(chosen); i++)
		chosen[i] = &sample.recipient;
	sample.notice.recipients = chosen;
	sample.notice.count = LENGTH(chosen);
	dsn_add(&sample.notice, &sample.text);
	EXPECT_PART(sample.text.bytes, "\r\nSubject: Not delivered: bob@b.example and 2 more\r\n");
	const char *second = strstr(sample.text.bytes, "\r\n\r\nFinal-Recipient:");
	EXPECT(second && strstr(second + 4, "\r\n\r\nFinal-Recipient:"));
}

static void test_originals(void)
{
	static const struct {
		const char *name;
		const char *header;
		const char *expected;
	} table[] = {
		{ "none", "", "text/rfc822-headers\r\n\r\n\r\n--=_" },
		{ "lines that end LF", "A: b\n c\nD: e\n",
		  "text/rfc822-headers\r\n\r\nA: b\r\n c\r\nD: e\r\n\r\n--=_" },
		{ "only the header", "A: b\r\n\r\nbody\r\n",
		  "text/rfc822-headers\r\n\r\nA: b\r\n\r\n--=_" },
		{ "a body without an empty line", "body\r\nA: b\r\n",
		  "text/rfc822-headers\r\n\r\nA: b\r\n\r\n--=_" },
		{ "beyond ASCII", "A: \xC3\xBC=\r\nB: c \r\n",
		  "text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
		  "A: =C3=BC=3D\r\nB: c=20\r\n\r\n--=_" },
		{ "a bare CR", "A: b\rc\r\n", "\r\nA: b=0Dc\r\n" },
		{ "the boundary", "A: =_0123456789abcdefabcdefghfailedboxexample_0\r\n",
		  "\r\n boundary=\"=_0123456789abcdefabcdefghfailedboxexample_1\"\r\n" },
		{ "a reference that is none", "Message-ID: <a b>\r\n",
		  ".failed@box.example>\r\nAuto-Submitted:" },
		{ "a reference with a fold", "Message-ID:\r\n <a@b>\r\n",
		  "\r\nReferences: <a@b>\r\n" },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(sample_done) struct sample sample;
		test_case("original: %s", table[i].name);
		sample_init(&sample, table[i].header);
		dsn_add(&sample.notice, &sample.text);
		EXPECT_PART(sample.text.bytes, table[i].expected);
		expect_clean(&sample.text);
	}
}

static void test_large_originals(void)
{
	CLEANUP(str_done) struct str lines = STR_INIT;
	CLEANUP(str_done) struct str line = STR_INIT;
	CLEANUP(sample_done) struct sample many;
	CLEANUP(sample_done) struct sample wide;

	test_case("original: more than 64 KiB");
	for (int i = 0; i < 10000; i++)
		str_addf(&lines, "X-%d: 0123456789\r\n", i);
	sample_init(&many, lines.bytes);
	dsn_add(&many.notice, &many.text);
	expect_clean(&many.text);
	EXPECT(many.text.len > 64 * 1000 && many.text.len < 70 * 1024);
	EXPECT_PART(many.text.bytes, ": 0123456789\r\n\r\n--=_");

	test_case("original: a line of 5000");
	str_add(&line, "X: ");
	for (int i = 0; i < 5000; i++)
		str_add_char(&line, 'x');
	str_add(&line, "\r\n");
	sample_init(&wide, line.bytes);
	dsn_add(&wide.notice, &wide.text);
	expect_clean(&wide.text);
	EXPECT_PART(wide.text.bytes, "xxx=\r\nxxx");
}

static void test_own_notice(void)
{
	CLEANUP(sample_done) struct sample sample;
	CLEANUP(header_done) struct header header = { 0 };

	test_case("may send: about a notice of our own");
	sample_init(&sample, sample_header);
	dsn_add(&sample.notice, &sample.text);
	header_index(&header, sample.text.bytes, sample.text.len);
	EXPECT(!dsn_policy_may_send("a@b", &header, true));
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	test_begin("dsn");
	test_failed();
	test_delayed();
	test_status();
	test_words();
	test_long_words();
	test_addresses();
	test_several();
	test_originals();
	test_large_originals();
	test_own_notice();
	return test_end();
}
