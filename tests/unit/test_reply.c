/* test_reply.c - replies line by line, and their judgement in each phase */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "smtp/judge.h"
#include "smtp/reply.h"

/* Adds lines that end LF, until the reply is complete; returns the last step. */
static enum reply_step add_lines(struct reply *reply, const char *lines, size_t len,
				 struct err *err)
{
	enum reply_step step = REPLY_MORE;

	while (len > 0 && step == REPLY_MORE) {
		const char *lf = memchr(lines, '\n', len);
		size_t line = lf ? (size_t)(lf - lines) : len;
		step = reply_add_line(reply, lines, line, err);
		size_t used = line + (lf != NULL);
		lines += used;
		len -= used;
	}
	return step;
}

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
	const char *lines;
	size_t len;
	enum reply_step step;
	int code;
	const char *enhanced;
	const char *printed;
} replies[] = {
	{ BYTES("250 OK"), REPLY_DONE, 250, "", "250 OK" },
	{ BYTES("250"), REPLY_DONE, 250, "", "250" },
	{ BYTES("250 "), REPLY_DONE, 250, "", "250" },
	{ BYTES("250-"), REPLY_MORE, 250, "", "250" },
	{ BYTES("250-a\n250-\n250 b"), REPLY_DONE, 250, "", "250 a b" },
	{ BYTES("250-a\n250"), REPLY_DONE, 250, "", "250 a" },
	{ BYTES("550 5.1.1 no such user"), REPLY_DONE, 550, "5.1.1", "550 5.1.1 no such user" },
	{ BYTES("550 5.1.1"), REPLY_DONE, 550, "5.1.1", "550 5.1.1" },
	{ BYTES("450 4.123.999 x"), REPLY_DONE, 450, "4.123.999", "450 4.123.999 x" },
	{ BYTES("250-2.0.0 a\n250 2.1.0 b"), REPLY_DONE, 250, "2.0.0", "250 2.0.0 a 2.1.0 b" },
	{ BYTES("250-a\n250 2.1.0 b"), REPLY_DONE, 250, "", "250 a 2.1.0 b" },
	{ BYTES("550 4.1.1 other class"), REPLY_DONE, 550, "", "550 4.1.1 other class" },
	{ BYTES("354 3.0.0 odd"), REPLY_DONE, 354, "3.0.0", "354 3.0.0 odd" },
	{ BYTES("550 5.1.1x"), REPLY_DONE, 550, "", "550 5.1.1x" },
	{ BYTES("550 5.1.1.1"), REPLY_DONE, 550, "", "550 5.1.1.1" },
	{ BYTES("550 5.1234.1 x"), REPLY_DONE, 550, "", "550 5.1234.1 x" },
	{ BYTES("550 5.1.1234 x"), REPLY_DONE, 550, "", "550 5.1.1234 x" },
	{ BYTES("550 5..1 x"), REPLY_DONE, 550, "", "550 5..1 x" },
	{ BYTES("550 5.1. x"), REPLY_DONE, 550, "", "550 5.1. x" },
	{ BYTES("550 5.1"), REPLY_DONE, 550, "", "550 5.1" },
	{ BYTES("550  5.1.1 two blanks"), REPLY_DONE, 550, "", "550  5.1.1 two blanks" },
	{ BYTES("250 a\0b"), REPLY_DONE, 250, "", "250 a?b" },
	{ BYTES("250 \033[2J\r\x7f\xc2\x9b"
		"1m"),
	  REPLY_DONE, 250, "", "250 ?[2J???1m" },
	{ BYTES("250 gr\xc3\xbc\xc3\x9f"), REPLY_DONE, 250, "", "250 gr\xc3\xbc\xc3\x9f" },
	{ BYTES("250 \xff\xfe"), REPLY_DONE, 250, "", "250 ??" },
	{ BYTES("200 x"), REPLY_DONE, 200, "", "200 x" },
	{ BYTES("599 x"), REPLY_DONE, 599, "", "599 x" },
};

static void test_good_lines(void)
{
	for (size_t i = 0; i < LENGTH(replies); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(reply_done) struct reply reply;
		CLEANUP(str_done) struct str printed = STR_INIT;

		reply_init(&reply);
		test_case("lines/%zu/%s", i, replies[i].printed);
		EXPECT_NUMBER(add_lines(&reply, replies[i].lines, replies[i].len, &err),
			      replies[i].step);
		EXPECT_NUMBER(reply.code, replies[i].code);
		EXPECT_TEXT(reply.enhanced, replies[i].enhanced);
		reply_print(&reply, &printed);
		EXPECT_TEXT(printed.bytes, replies[i].printed);
	}
}

static const struct {
	const char *lines;
	size_t len;
	const char *part; /* of the error's text */
} bad_replies[] = {
	{ BYTES("\n"), "is no reply" },
	{ BYTES("2"), "is no reply" },
	{ BYTES("25"), "is no reply" },
	{ BYTES("hello"), "\"hello\"" },
	{ BYTES("250_x"), "\"250_x\"" },
	{ BYTES("2500 x"), "is no reply" },
	{ BYTES("250\tx"), "is no reply" },
	{ BYTES("250\0x"), "is no reply" },
	{ BYTES(" 250 x"), "is no reply" },
	{ BYTES("199 x"), "is no reply" },
	{ BYTES("600 x"), "is no reply" },
	{ BYTES("000 x"), "is no reply" },
	{ BYTES("2x0 x"), "is no reply" },
	{ BYTES("-50 x"), "is no reply" },
	{ BYTES("\xb2\xb5\xb0 x"), "???" },
	{ BYTES("250-a\n251 b"), "two codes" },
	{ BYTES("250-a\n550 b"), "two codes" },
	{ BYTES("250-a\nb"), "is no reply" },
	{ BYTES("\033]0;title\a"), "\"?]0;title?\"" },
};

static void test_bad_lines(void)
{
	for (size_t i = 0; i < LENGTH(bad_replies); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(reply_done) struct reply reply;

		reply_init(&reply);
		test_case("bad/%zu/%s", i, bad_replies[i].lines);
		EXPECT_NUMBER(add_lines(&reply, bad_replies[i].lines, bad_replies[i].len, &err),
			      REPLY_BAD);
		EXPECT_NUMBER(err.kind, ERR_PROTO);
		EXPECT_PART(err.text, bad_replies[i].part);
	}
}

static void test_too_many_lines(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(reply_done) struct reply reply;

	reply_init(&reply);
	test_case("as many lines as may be");
	for (int i = 0; i < REPLY_LINES_MAX; i++)
		EXPECT_NUMBER(reply_add_line(&reply, BYTES("250-x"), &err), REPLY_MORE);
	test_case("one line too many");
	EXPECT_NUMBER(reply_add_line(&reply, BYTES("250 x"), &err), REPLY_BAD);
	EXPECT_NUMBER(err.kind, ERR_PROTO);
	EXPECT_NUMBER(reply.lines, REPLY_LINES_MAX);
}

static void test_clear(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(reply_done) struct reply reply;

	reply_init(&reply);
	test_case("nothing of a reply is left in the next one");
	EXPECT_NUMBER(reply_add_line(&reply, BYTES("550 5.7.1 no"), &err), REPLY_DONE);
	reply_clear(&reply);
	EXPECT_NUMBER(reply_add_line(&reply, BYTES("250 ok"), &err), REPLY_DONE);
	EXPECT_NUMBER(reply.code, 250);
	EXPECT_TEXT(reply.enhanced, "");
	EXPECT_TEXT(reply.text.bytes, "ok");
}

static void test_long_bad_line(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(reply_done) struct reply reply;
	char line[3000];

	memset(line, 'x', sizeof line);
	reply_init(&reply);
	test_case("a long line that is no reply is shown in part");
	EXPECT_NUMBER(reply_add_line(&reply, line, sizeof line, &err), REPLY_BAD);
	EXPECT(strlen(err.text) < 200);
}

/* A phase's name beside its number, so that a failure can be read. */
#define IN(name) PHASE_##name, #name

static const struct {
	enum phase phase;
	const char *name;
	int code;
	enum err_kind kind; /* ERR_NONE: a success */
} judgements[] = {
	{ IN(GREETING), 220, ERR_NONE },
	{ IN(GREETING), 250, ERR_PROTO },
	{ IN(GREETING), 554, ERR_UNAVAILABLE },
	{ IN(GREETING), 421, ERR_DEFER },
	{ IN(EHLO), 250, ERR_NONE },
	{ IN(EHLO), 251, ERR_PROTO },
	{ IN(EHLO), 502, ERR_UNAVAILABLE },
	{ IN(EHLO), 421, ERR_DEFER },
	{ IN(HELO), 250, ERR_NONE },
	{ IN(HELO), 220, ERR_PROTO },
	{ IN(HELO), 550, ERR_UNAVAILABLE },
	{ IN(HELO), 450, ERR_DEFER },
	{ IN(STARTTLS), 220, ERR_NONE },
	{ IN(STARTTLS), 250, ERR_PROTO },
	{ IN(STARTTLS), 502, ERR_UNAVAILABLE },
	{ IN(STARTTLS), 454, ERR_DEFER },
	{ IN(AUTH), 235, ERR_NONE },
	{ IN(AUTH), 250, ERR_PROTO },
	{ IN(AUTH), 334, ERR_PROTO },
	{ IN(AUTH), 535, ERR_AUTH },
	{ IN(AUTH), 530, ERR_AUTH },
	{ IN(AUTH), 454, ERR_DEFER },
	{ IN(MAIL), 250, ERR_NONE },
	{ IN(MAIL), 251, ERR_PROTO },
	{ IN(MAIL), 354, ERR_PROTO },
	{ IN(MAIL), 550, ERR_REJECT },
	{ IN(MAIL), 530, ERR_AUTH },
	{ IN(MAIL), 552, ERR_REJECT },
	{ IN(MAIL), 452, ERR_DEFER },
	{ IN(MAIL), 421, ERR_DEFER },
	{ IN(RCPT), 250, ERR_NONE },
	{ IN(RCPT), 251, ERR_NONE },
	{ IN(RCPT), 252, ERR_NONE },
	{ IN(RCPT), 253, ERR_PROTO },
	{ IN(RCPT), 550, ERR_REJECT },
	{ IN(RCPT), 552, ERR_DEFER },
	{ IN(RCPT), 530, ERR_AUTH },
	{ IN(RCPT), 450, ERR_DEFER },
	{ IN(RCPT), 421, ERR_DEFER },
	{ IN(DATA), 354, ERR_NONE },
	{ IN(DATA), 250, ERR_PROTO },
	{ IN(DATA), 355, ERR_PROTO },
	{ IN(DATA), 554, ERR_REJECT },
	{ IN(DATA), 451, ERR_DEFER },
	{ IN(DATA), 421, ERR_DEFER },
	{ IN(CONTENT), 250, ERR_PROTO },
	{ IN(CONTENT), 552, ERR_REFUSED },
	{ IN(CONTENT), 421, ERR_DEFER },
	{ IN(FINAL), 250, ERR_NONE },
	{ IN(FINAL), 200, ERR_NONE },
	{ IN(FINAL), 299, ERR_NONE },
	{ IN(FINAL), 354, ERR_PROTO },
	{ IN(FINAL), 554, ERR_REFUSED },
	{ IN(FINAL), 552, ERR_REFUSED },
	{ IN(FINAL), 530, ERR_AUTH },
	{ IN(FINAL), 451, ERR_DEFER },
	{ IN(FINAL), 421, ERR_DEFER },
	{ IN(QUIT), 221, ERR_NONE },
	{ IN(QUIT), 500, ERR_UNAVAILABLE },
	{ IN(QUIT), 421, ERR_DEFER },
};

/* Replies of several lines: as one text, and as lines. */
static const struct {
	const char *lines;
	const char *text;
	const char *kept;
} longer[] = {
	{ "534-5.7.9 Application-specific password required. For more information, go to\n"
	  "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor",
	  "534 5.7.9 Application-specific password required. For more information, go to "
	  "https://support.google.com/mail/?p=InvalidSecondFactor",
	  "534 5.7.9 Application-specific password required. For more information, go to\n"
	  "5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor" },
	{ "550-5.7.1 a\n550-5.7.1\n550-5.7.1 \n550 5.7.1 b", "550 5.7.1 a b",
	  "550 5.7.1 a\n5.7.1\n5.7.1 \n5.7.1 b" },
	{ "550-a\n550-550 b\n550 550-c", "550 a b c", "550 a\n550 b\n550-c" },
	{ "550-5.1.1 a\n550 550 5.1.1 b", "550 5.1.1 a b", "550 5.1.1 a\n550 5.1.1 b" },
	{ "550-5.1.1 a\n550 5.1.10 b", "550 5.1.1 a 5.1.10 b", "550 5.1.1 a\n5.1.10 b" },
	{ "550-a\n550 5500 b", "550 a 5500 b", "550 a\n5500 b" },
	{ "550-a\n550-\n550-  b  \n550 c", "550 a b c", "550 a\n\n  b  \nc" },
	{ "550-\n550 a", "550 a", "550 \na" },
	{ "550-\n550 ", "550 ", "550 \n" },
	{ "550-a\\nb\n550 c", "550 a\\nb c", "550 a\\nb\nc" },
};

static void test_longer(void)
{
	for (size_t i = 0; i < LENGTH(longer); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(reply_done) struct reply reply;
		CLEANUP(str_done) struct str text = STR_INIT;
		CLEANUP(str_done) struct str kept = STR_INIT;
		CLEANUP(str_done) struct str joined = STR_INIT;

		reply_init(&reply);
		test_case("longer/%zu", i);
		EXPECT_NUMBER(add_lines(&reply, longer[i].lines, strlen(longer[i].lines), &err),
			      REPLY_DONE);
		reply_print(&reply, &text);
		EXPECT_TEXT(text.bytes, longer[i].text);
		reply_print_lines(&reply, &kept);
		EXPECT_TEXT(kept.bytes, longer[i].kept);
		reply_join(kept.bytes, &joined);
		EXPECT_TEXT(joined.bytes, longer[i].text);
	}
}

static void test_judge(void)
{
	for (size_t i = 0; i < LENGTH(judgements); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(reply_done) struct reply reply;
		CLEANUP(mem_free_at) char *line = str_format("%d words", judgements[i].code);

		reply_init(&reply);
		test_case("judge/%s/%d", judgements[i].name, judgements[i].code);
		EXPECT_NUMBER(reply_add_line(&reply, line, strlen(line), &err), REPLY_DONE);
		bool is_good = judge_reply(&reply, judgements[i].phase, &err);
		EXPECT_NUMBER(is_good, judgements[i].kind == ERR_NONE);
		EXPECT_NUMBER(err.kind, judgements[i].kind);
		EXPECT_NUMBER(err.code, is_good ? 0 : judgements[i].code);
		EXPECT_TEXT(err.text, is_good ? NULL : line);
	}
}

static void test_judge_enhanced(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(reply_done) struct reply reply;

	reply_init(&reply);
	test_case("a refusal carries the enhanced code, and all lines printable");
	EXPECT_NUMBER(add_lines(&reply, BYTES("550-5.1.1 no\033\n550 5.1.1 such user"), &err),
		      REPLY_DONE);
	EXPECT(!judge_reply(&reply, PHASE_RCPT, &err));
	EXPECT_TEXT(err.enhanced, "5.1.1");
	EXPECT_TEXT(err.text, "550 5.1.1 no? such user");
	EXPECT_TEXT(err.reply, "550 5.1.1 no?\n5.1.1 such user");
}

int main(void)
{
	test_begin("reply");
	test_good_lines();
	test_bad_lines();
	test_too_many_lines();
	test_clear();
	test_long_bad_line();
	test_longer();
	test_judge();
	test_judge_enhanced();
	return test_end();
}
