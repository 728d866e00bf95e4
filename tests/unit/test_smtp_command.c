/* test_smtp_command.c - the commands of an SMTP client: taken, or refused with the right reply */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "serve/smtp_command.h"

#define LONG_50  "12345678901234567890123456789012345678901234567890"
#define LONG_100 LONG_50 LONG_50
#define LONG_500 LONG_100 LONG_100 LONG_100 LONG_100 LONG_100

static const struct {
	const char *line;
	enum verb verb;
} verbs[] = {
	{ "NOOP " LONG_500 "123456", VERB_NOOP },
	{ "HELO there", VERB_HELO },
	{ "ehlo [127.0.0.1]", VERB_EHLO },
	{ "eHlO a b", VERB_EHLO },
	{ "DATA", VERB_DATA },
	{ "data   ", VERB_DATA },
	{ "RSET", VERB_RSET },
	{ "NOOP", VERB_NOOP },
	{ "noop with words", VERB_NOOP },
	{ "VRFY bob", VERB_VRFY },
	{ "HELP", VERB_HELP },
	{ "help mail", VERB_HELP },
	{ "Quit", VERB_QUIT },
	{ "EXPN list", VERB_OTHER },
	{ "STARTTLS", VERB_OTHER },
	{ "AUTH PLAIN", VERB_OTHER },
	{ "BDAT 3 LAST", VERB_OTHER },
};

/* `path` and the parameters as they are passed on; "-" for a missing parameter. */
static const struct {
	const char *line;
	const char *path;
	const char *parameters; /* size ret envid notify orcpt */
} paths[] = {
	{ "MAIL FROM:<a@b.example>", "a@b.example", "0 - - - -" },
	{ "mail from:<a@b.example>", "a@b.example", "0 - - - -" },
	{ "MAIL   FROM:<a@b.example>  ", "a@b.example", "0 - - - -" },
	{ "MAIL FROM: <a@b.example>", "a@b.example", "0 - - - -" },
	{ "MAIL FROM:a@b.example", "a@b.example", "0 - - - -" },
	{ "MAIL FROM:a@b.example SIZE=3", "a@b.example", "3 - - - -" },
	{ "MAIL FROM:<>", "", "0 - - - -" },
	{ "MAIL FROM:<root>", "root", "0 - - - -" },
	{ "MAIL FROM:<@x.example,@y.example:a@b.example>", "a@b.example", "0 - - - -" },
	{ "MAIL FROM:<\"a b>c\"@d.example>", "\"a b>c\"@d.example", "0 - - - -" },
	{ "MAIL FROM:<\"a\\\"b\"@d.example>", "\"a\\\"b\"@d.example", "0 - - - -" },
	{ "MAIL FROM:<a@[192.0.2.1]>", "a@[192.0.2.1]", "0 - - - -" },
	{ "MAIL FROM:<j\xC3\xB6rg@b.example> SMTPUTF8", "j\xC3\xB6rg@b.example", "0 - - - -" },
	{ "MAIL FROM:<j\xC3\xB6rg@b.example>", "j\xC3\xB6rg@b.example", "0 - - - -" },
	{ "MAIL FROM:<a@b.example> SIZE=0", "a@b.example", "0 - - - -" },
	{ "MAIL FROM:<a@b.example> size=12345", "a@b.example", "12345 - - - -" },
	{ "MAIL FROM:<a@b.example> SIZE=99999999999999999999", "a@b.example",
	  "18446744073709551615 - - - -" },
	{ "MAIL FROM:<a@b.example> BODY=8BITMIME", "a@b.example", "0 - - - -" },
	{ "MAIL FROM:<a@b.example> body=7bit", "a@b.example", "0 - - - -" },
	{ "MAIL FROM:<a@b.example> RET=hdrs ENVID=x+2By", "a@b.example", "0 HDRS x+2By - -" },
	{ "MAIL FROM:<a@b.example>  RET=FULL   SIZE=7", "a@b.example", "7 FULL - - -" },
	{ "MAIL FROM:<a@b.example> ENVID=" LONG_100, "a@b.example", "0 - " LONG_100 " - -" },
	{ "MAIL FROM:<a@b.example> ENVID=" LONG_100 "1", "a@b.example", "0 - - - -" },
	{ "MAIL FROM:<" LONG_100 "@b.example>", LONG_100 "@b.example", "0 - - - -" },
	{ "RCPT TO:<bob@b.example>", "bob@b.example", "0 - - - -" },
	{ "RCPT TO:<" LONG_500 "@b.example>", LONG_500 "@b.example", "0 - - - -" },
	{ "RCPT TO:<b@b.example> ORCPT=rfc822;" LONG_500, "b@b.example", "0 - - - -" },
	{ "rcpt to: <bob@b.example>", "bob@b.example", "0 - - - -" },
	{ "RCPT TO:bob@b.example", "bob@b.example", "0 - - - -" },
	{ "RCPT TO:<postmaster>", "postmaster", "0 - - - -" },
	{ "RCPT TO:<b@b.example> NOTIFY=NEVER", "b@b.example", "0 - - NEVER -" },
	{ "RCPT TO:<b@b.example> notify=success,Delay", "b@b.example", "0 - - SUCCESS,DELAY -" },
	{ "RCPT TO:<b@b.example> NOTIFY=DELAY,FAILURE,SUCCESS", "b@b.example",
	  "0 - - DELAY,FAILURE,SUCCESS -" },
	{ "RCPT TO:<b@b.example> ORCPT=rfc822;Bob@b.example", "b@b.example",
	  "0 - - - rfc822;Bob@b.example" },
	{ "RCPT TO:<b@b.example> ORCPT=x-local;a+20b NOTIFY=FAILURE", "b@b.example",
	  "0 - - FAILURE x-local;a+20b" },
};

static const struct {
	const char *line;
	const char *reply;
} refusals[] = {
	{ "", "500 5.5.1" },
	{ " ", "500 5.5.1" },
	{ "BANANA", "500 5.5.1" },
	{ "HELOX there", "500 5.5.1" },
	{ "DAT", "500 5.5.1" },
	{ " DATA", "500 5.5.1" },
	{ "NOOP\ttab", "500 5.5.2" },
	{ "NOOP \x7F", "500 5.5.2" },
	{ "NOOP a\rb", "500 5.5.2" },
	{ "NOOP \xFF", "500 5.5.2" },
	{ "HELO", "501 5.5.4" },
	{ "EHLO  ", "501 5.5.4" },
	{ "VRFY", "501 5.5.4" },
	{ "DATA now", "501 5.5.4" },
	{ "RSET all", "501 5.5.4" },
	{ "QUIT now", "501 5.5.4" },
	{ "MAIL", "501 5.5.4" },
	{ "MAIL TO:<a@b.example>", "501 5.5.4" },
	{ "MAIL FROM <a@b.example>", "501 5.5.4" },
	{ "MAIL FROM:", "501 5.1.7" },
	{ "MAIL FROM: ", "501 5.1.7" },
	{ "MAIL FROM:<a@b.example", "501 5.1.7" },
	{ "MAIL FROM:<a@b.example>x", "501 5.1.7" },
	{ "MAIL FROM:<a@b.example>SIZE=3", "501 5.1.7" },
	{ "MAIL FROM:<<a@b.example>>", "501 5.1.7" },
	{ "MAIL FROM:<a b@c.example>", "501 5.1.7" },
	{ "MAIL FROM:<a@>", "501 5.1.7" },
	{ "MAIL FROM:<@b.example>", "501 5.1.7" },
	{ "MAIL FROM:<@b.example:>", "501 5.1.7" },
	{ "MAIL FROM:<\"a@b.example>", "501 5.1.7" },
	{ "MAIL FROM:Alice <a@b.example>", "555 5.5.4" },
	{ "MAIL FROM:<a@b.example> FOO", "555 5.5.4" },
	{ "MAIL FROM:<a@b.example> AUTH=<>", "555 5.5.4" },
	{ "MAIL FROM:<a@b.example> NOTIFY=NEVER", "555 5.5.4" },
	{ "MAIL FROM:<a@b.example> SIZE", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SIZE=", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SIZE=-1", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SIZE=1x", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SIZE=123456789012345678901", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SIZE=1 SIZE=2", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> BODY", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> BODY=BINARYMIME", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> SMTPUTF8=1", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> RET=ALL", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> RET", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> ENVID=", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> ENVID=a=b", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> ENVID=a+2b", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> ENVID=a+2", "501 5.5.4" },
	{ "MAIL FROM:<a@b.example> ENVID=\xC3\xB6", "501 5.5.4" },
	{ "RCPT", "501 5.5.4" },
	{ "RCPT FROM:<b@b.example>", "501 5.5.4" },
	{ "RCPT TO:<>", "501 5.1.3" },
	{ "RCPT TO:<b@b.example", "501 5.1.3" },
	{ "RCPT TO:<b@b..example>", "501 5.1.3" },
	{ "RCPT TO:<b@b.example> SIZE=3", "555 5.5.4" },
	{ "RCPT TO:<b@b.example> NOTIFY", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> NOTIFY=", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> NOTIFY=SOMETIMES", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> NOTIFY=NEVER,DELAY", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> NOTIFY=DELAY,DELAY", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> NOTIFY=DELAY,", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> NOTIFY=DELAY NOTIFY=NEVER", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> ORCPT", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> ORCPT=bob", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> ORCPT=;bob", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> ORCPT=rfc822;", "501 5.5.4" },
	{ "RCPT TO:<b@b.example> ORCPT=rfc822;a=b", "501 5.5.4" },
};

static void test_verbs(void)
{
	for (size_t i = 0; i < LENGTH(verbs); i++) {
		CLEANUP(smtp_command_done) struct smtp_command command;
		CLEANUP(str_done) struct str reply = STR_INIT;
		test_case("verb/%s", verbs[i].line);
		EXPECT(smtp_command_parse(&command, verbs[i].line, strlen(verbs[i].line), &reply));
		EXPECT_TEXT(reply.bytes, "");
		EXPECT_NUMBER(command.verb, verbs[i].verb);
	}
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static void test_paths(void)
{
	for (size_t i = 0; i < LENGTH(paths); i++) {
		CLEANUP(smtp_command_done) struct smtp_command command;
		CLEANUP(str_done) struct str reply = STR_INIT;
		CLEANUP(str_done) struct str found = STR_INIT;
		test_case("path/%s", paths[i].line);
		EXPECT(smtp_command_parse(&command, paths[i].line, strlen(paths[i].line), &reply));
		EXPECT_TEXT(reply.bytes, "");
		EXPECT_TEXT(command.path, paths[i].path);
		str_addf(&found, "%llu %s %s %s %s", (unsigned long long)command.size,
			 or_dash(command.ret), or_dash(command.envid), or_dash(command.notify),
			 or_dash(command.orcpt));
		EXPECT_TEXT(found.bytes, paths[i].parameters);
	}
}

static void test_refusals(void)
{
	for (size_t i = 0; i < LENGTH(refusals); i++) {
		CLEANUP(smtp_command_done) struct smtp_command command;
		CLEANUP(str_done) struct str reply = STR_INIT;
		test_case("refused/%s", refusals[i].line);
		EXPECT(!smtp_command_parse(&command, refusals[i].line, strlen(refusals[i].line),
					   &reply));
		EXPECT(strncmp(reply.bytes, refusals[i].reply, strlen(refusals[i].reply)) == 0);
		EXPECT_PART(reply.bytes, refusals[i].reply);
	}
	CLEANUP(smtp_command_done) struct smtp_command command;
	CLEANUP(str_done) struct str reply = STR_INIT;
	test_case("refused/a NUL byte");
	EXPECT(!smtp_command_parse(&command, "NOOP\0x", 6, &reply));
	EXPECT_PART(reply.bytes, "500 5.5.2");
}

int main(void)
{
	test_begin("dialogue");
	test_verbs();
	test_paths();
	test_refusals();
	return test_end();
}
