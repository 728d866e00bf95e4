/* test_wire.c - a message in the form that a relay can take */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/wire.h"

#define X500 X100 X100 X100 X100 X100
#define X100                                                                                       \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"                                       \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define MIXED       "Content-Type: multipart/mixed; boundary=b\n\n"
#define BYTES(text) (text), sizeof(text) - 1
#define ALL         (RELAY_8BIT | RELAY_UTF8)

static const struct {
	const char *name;
	unsigned abilities;
	const char *input;
	size_t len;
	const char
		*expected; /* "=": unchanged; with LF for CRLF; else the error's text after "!" */
} table[] = {
	{ "plain", 0, BYTES("A: b\n\nx\n.y\n"), "=" },
	{ "8-bit, offered", RELAY_8BIT, BYTES("A: b\n\n\xc3\xa4\n"), "=" },
	{ "8-bit without MIME", 0, BYTES("A: b\n\n\xc3\xa4\n"),
	  "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nA: b\n"
	  "Content-Transfer-Encoding: quoted-printable\n\n=C3=A4\n" },
	{ "Latin-1 without MIME", 0, BYTES("A: b\n\n\xe4\n"),
	  "MIME-Version: 1.0\nContent-Type: text/plain; charset=unknown-8bit\nA: b\n"
	  "Content-Transfer-Encoding: quoted-printable\n\n=E4\n" },
	{ "a label is replaced", 0,
	  BYTES("MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n"
		"Content-Type: text/html; charset=x\n\n\xe4"),
	  "MIME-Version: 1.0\nContent-Type: text/html; charset=x\n"
	  "Content-Transfer-Encoding: quoted-printable\n\n=E4\n" },
	{ "no text", 0, BYTES("MIME-Version: 1.0\nContent-Type: image/png\n\n\xe4\n"),
	  "MIME-Version: 1.0\nContent-Type: image/png\n"
	  "Content-Transfer-Encoding: base64\n\n5A0K\n" },
	{ "NUL", ALL, BYTES("A: b\n\na\0\n"),
	  "MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\nA: b\n"
	  "Content-Transfer-Encoding: base64\n\nYQANCg==\n" },
	{ "bare CR", ALL, BYTES("A: b\n\na\rb\n"),
	  "MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\nA: b\n"
	  "Content-Transfer-Encoding: base64\n\nYQ1iDQo=\n" },
	{ "a part of three", 0,
	  BYTES("MIME-Version: 1.0\n" MIXED "--b\n\nx\n--b\nX: y\n\n\xc3\xa4\n--b\n"
		"Content-Type: a/b\n\n\xe4\n--b--\n"),
	  "MIME-Version: 1.0\n" MIXED "--b\n\nx\n--b\nX: y\n"
	  "Content-Transfer-Encoding: quoted-printable\n\n=C3=A4\n--b\nContent-Type: a/b\n"
	  "Content-Transfer-Encoding: base64\n\n5A==\n--b--\n" },
	{ "the labels around it", 0,
	  BYTES("MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n" MIXED
		"--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\n"
		"Content-Transfer-Encoding: 8bit\nMIME-Version: 1.0\n\n\xc3\xa4\n--b--\n"),
	  "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
	  "Content-Transfer-Encoding: 7bit\n\n--b\nContent-Type: message/rfc822\n"
	  "Content-Transfer-Encoding: 7bit\n\nMIME-Version: 1.0\n"
	  "Content-Transfer-Encoding: quoted-printable\n\n=C3=A4\n--b--\n" },
	{ "text around the parts", 0,
	  BYTES("MIME-Version: 1.0\n" MIXED "\xe4\n--b\n\nx\n--b--\n\xe4\n"),
	  "MIME-Version: 1.0\n" MIXED "--b\n\nx\n--b--\n" },
	{ "base64 in one line", ALL, BYTES("Content-Transfer-Encoding: base64\n\n" X500 X500 "\n"),
	  NULL },
	{ "an encoding that nobody knows", 0,
	  BYTES("MIME-Version: 1.0\nContent-Transfer-Encoding: x-foo\n\n\xe4\n"),
	  "!in a part whose Content-Transfer-Encoding is not known" },
	{ "8-bit and utf-8 are no encodings", 0,
	  BYTES("MIME-Version: 1.0\nContent-Type: text/html; charset=x\n"
		"Content-Transfer-Encoding: utf-8\n\n\xc3\xa4\n"),
	  "MIME-Version: 1.0\nContent-Type: text/html; charset=x\n"
	  "Content-Transfer-Encoding: quoted-printable\n\n=C3=A4\n" },
	{ "the same in parts", 0,
	  BYTES("MIME-Version: 1.0\nContent-Transfer-Encoding: 8-bit\n" MIXED
		"--b\nContent-Transfer-Encoding: 8-bit\n\n\xc3\xa4\n--b\n"
		"Content-Type: image/png\nContent-Transfer-Encoding: none\n\n\xe4\n--b--\n"),
	  "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
	  "Content-Transfer-Encoding: 7bit\n\n--b\n"
	  "Content-Transfer-Encoding: quoted-printable\n\n=C3=A4\n--b\n"
	  "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n5A==\n--b--\n" },
	{ "a fragment", 0, BYTES("Content-Type: message/partial; id=x; number=1\n\nA: b\n\nx\n"),
	  "=" },
	{ "a fragment, 8-bit offered", RELAY_8BIT,
	  BYTES("Content-Type: message/partial; id=x; number=1\n\nA: b\n\n\xc3\xa4\n"), "=" },
	{ "a fragment, 8-bit", 0,
	  BYTES("Content-Type: Message/Partial; id=x; number=1\n\nA: b\n\n\xc3\xa4\n"),
	  "!in a fragment of a message (message/partial), which must not be encoded" },
	{ "a fragment with a NUL", ALL, BYTES("Content-Type: message/partial; id=x\n\nx\0y\n"),
	  "!a NUL byte in a fragment of a message (message/partial)" },
	{ "a fragment in a part", 0,
	  BYTES("MIME-Version: 1.0\n" MIXED
		"--b\nContent-Type: message/partial; id=x\n\n\xc3\xa4\n--b--\n"),
	  "!in a fragment of a message (message/partial)" },
	{ "signed, 8-bit", 0,
	  BYTES("Content-Type: multipart/signed; boundary=b\n\n--b\n\n\xe4\n--b\n\nx\n--b--\n"),
	  "!beyond ASCII, which the relay does not take (8BITMIME), in a signed or encrypted "
	  "part" },
	{ "signed, 8-bit offered", RELAY_8BIT,
	  BYTES("Content-Type: multipart/signed; boundary=b\n\n--b\n\n\xe4\n--b\n\nx\n--b--\n"),
	  "=" },
	{ "DKIM, header", 0, BYTES("DKIM-Signature: x\nSubject: \xc3\xa4\n\nx\n"),
	  "!in a signed header" },
	{ "beside a signed part", 0,
	  BYTES("MIME-Version: 1.0\n" MIXED
		"--b\nContent-Type: multipart/signed; boundary=c\n\n--c\n\nx\n--c\n\ny\n--c--\n"
		"--b\n\n\xc3\xa4\n--b--\n"),
	  "MIME-Version: 1.0\n" MIXED
	  "--b\nContent-Type: multipart/signed; boundary=c\n\n--c\n\nx\n--c\n\ny\n--c--\n--b\n"
	  "Content-Transfer-Encoding: quoted-printable\n\n=C3=A4\n--b--\n" },
	{ "UTF-8 in the header, offered", ALL, BYTES("Subject: \xc3\xa4\n\nx\n"),
	  "Subject: =?UTF-8?B?w6Q=?=\n\nx\n" },
	{ "UTF-8 in the header", RELAY_8BIT, BYTES("Subject: \xc3\xa4\n\nx\n"),
	  "Subject: =?UTF-8?B?w6Q=?=\n\nx\n" },
	{ "Latin-1 in the header of what holds a text in it", ALL,
	  BYTES("Subject: \xe4\nMIME-Version: 1.0\n" MIXED
		"--b\nContent-Type: text/plain; charset=iso-8859-1\n\nx\n--b\n"
		"Content-Disposition: inline; filename=\xe4\n\nx\n--b--\n"),
	  "Subject: =?iso-8859-1?B?5A==?=\nMIME-Version: 1.0\n" MIXED
	  "--b\nContent-Type: text/plain; charset=iso-8859-1\n\nx\n--b\n"
	  "Content-Disposition: inline;\n filename*=iso-8859-1''%E4\n\nx\n--b--\n" },
	{ "UTF-8 in the header of a message in it, offered", ALL,
	  BYTES("MIME-Version: 1.0\n" MIXED "--b\nContent-Type: message/global\n\n"
		"Subject: \xc3\xa4\n\n\xc3\xa4\n--b--\n"),
	  "MIME-Version: 1.0\n" MIXED "--b\nContent-Type: message/global\n\n"
	  "Subject: =?UTF-8?B?w6Q=?=\n\n\xc3\xa4\n--b--\n" },
	{ "the same in a signed part", ALL,
	  BYTES("Content-Type: multipart/signed; boundary=b\n\n--b\nContent-Type: "
		"message/rfc822\n\n"
		"Subject: \xc3\xa4\n\nx\n--b\n\nx\n--b--\n"),
	  "=" },
	{ "an address in a message in it", ALL,
	  BYTES("MIME-Version: 1.0\nContent-Type: message/rfc822\n\nTo: \xc3\xa4@b\n\nx\n"), "=" },
	{ "UTF-8 in a part's header", 0,
	  BYTES("MIME-Version: 1.0\n" MIXED
		"--b\nContent-Disposition: attachment; filename=\xc3\xa4\n\nx\n--b--\n"),
	  "MIME-Version: 1.0\n" MIXED
	  "--b\nContent-Disposition: attachment;\n filename*=utf-8''%C3%A4\n\nx\n--b--\n" },
	{ "an empty line is all", 0, BYTES("\n\xc3\xa4\n"),
	  "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
	  "Content-Transfer-Encoding: quoted-printable\n\n=C3=A4\n" },
};

static bool read_message(struct message *message, const char *bytes, size_t len, struct err *err)
{
	message_init(message);
	message_begin(message);
	return message_take(message, bytes, len, err) && message_end(message, err) &&
	       message_complete(message, &message->given, err);
}

static void read_all(struct wire *wire, size_t step, struct str *out, struct err *err)
{
	ssize_t got;

	while ((got = wire_read(wire, str_reserve(out, step), step, err)) > 0)
		str_grew(out, (size_t)got);
	EXPECT_NUMBER(got, 0);
}

static void drop_crs(struct str *text)
{
	size_t kept = 0;

	for (size_t i = 0; i < text->len; i++)
		if (text->bytes[i] != '\r' || text->bytes[i + 1] != '\n')
			text->bytes[kept++] = text->bytes[i];
	str_cut(text, kept);
}

static void expect_form(struct wire *wire, size_t i, size_t step, struct err *err)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	const char *expected = table[i].expected;

	read_all(wire, step, &out, err);
	EXPECT_NUMBER(out.len, wire->size);
	EXPECT(wire->is_8bit == !str_is_ascii(out.bytes, out.len));
	for (const char *line = out.bytes; *line; line += strcspn(line, "\n") + 1)
		EXPECT(strcspn(line, "\r\n") <= 998);
	drop_crs(&out);
	if (expected)
		EXPECT_TEXT(out.bytes, *expected == '=' ? table[i].input : expected);
}

static void test_table(void)
{
	for (size_t i = 0; i < LENGTH(table); i++)
		for (size_t step = 1; step < 10000; step *= 70) {
			CLEANUP(message_done) struct message message;
			CLEANUP(wire_close) struct wire wire = { 0 };
			CLEANUP(err_done) struct err err = ERR_INIT;
			const char *expected = table[i].expected;

			test_case("wire/%s by %zu", table[i].name, step);
			EXPECT(read_message(&message, table[i].input, table[i].len, &err));
			bool is_open = wire_open(&wire, &message, table[i].abilities, &err);
			bool is_good = !expected || *expected != '!';
			EXPECT_NUMBER(is_open, is_good);
			if (is_open)
				expect_form(&wire, i, step, &err);
			else
				EXPECT_PART(err.text, is_good ? "" : expected + 1);
		}
}

/* Whether UTF-8 in a header must be declared to the relay. */
static const struct {
	const char *name, *input;
	bool is_utf8, is_8bit;
} declared[] = {
	{ "a text", "Subject: \xc3\xa4\n\nx\n", false, false },
	{ "a text above UTF-8", "Subject: \xc3\xa4\n\n\xc3\xa4\n", false, true },
	{ "an address", "To: \xc3\xa4@b\n\nx\n", true, true },
	{ "an address in a message in it", "Content-Type: message/rfc822\n\nTo: \xc3\xa4@b\n\nx\n",
	  true, true },
	{ "a text in a message in it", "Content-Type: message/rfc822\n\nSubject: \xc3\xa4\n\nx\n",
	  false, false },
	{ "a text in a signed message",
	  "Content-Type: multipart/signed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
	  "Subject: \xc3\xa4\n\nx\n--b\n\nx\n--b--\n",
	  true, true },
	{ "Latin-1 in a signed message",
	  "Content-Type: multipart/signed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
	  "Subject: \xe4\n\nx\n--b\n\nx\n--b--\n",
	  false, true },
	{ "a field that DKIM covers", "DKIM-Signature: h=subject\nSubject: \xc3\xa4\n\nx\n", true,
	  true },
	{ "a field that DKIM does not cover", "DKIM-Signature: h=from\nSubject: \xc3\xa4\n\nx\n",
	  false, false },
	{ "a body that is no header", "Subject: a\n\nSubject: \xc3\xa4\n", false, true },
};

static void test_declared(void)
{
	for (size_t i = 0; i < LENGTH(declared); i++) {
		CLEANUP(message_done) struct message message;
		CLEANUP(wire_close) struct wire wire = { 0 };
		CLEANUP(err_done) struct err err = ERR_INIT;
		const char *input = declared[i].input;

		test_case("declared/%s", declared[i].name);
		EXPECT(read_message(&message, input, strlen(input), &err));
		EXPECT(wire_open(&wire, &message, ALL, &err));
		EXPECT_NUMBER(wire.is_utf8, declared[i].is_utf8);
		EXPECT_NUMBER(wire.is_8bit, declared[i].is_8bit);
	}
}

int main(void)
{
	test_begin("wire");
	test_table();
	test_declared();
	return test_end();
}
