/* test_capabilities.c - the extensions that a reply to EHLO offers */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "smtp/capabilities.h"

static const struct {
	const char *text; /* of the reply: lines without codes */
	unsigned has;
	uint64_t size_limit;
	const char *mechanisms;
} offers[] = {
	{ "mx", 0, 0, "" },
	{ "", 0, 0, "" },
	{ "PIPELINING", 0, 0, "" },
	{ "AUTH PLAIN\nDSN", CAP_DSN, 0, "" },
	{ "mx\nPIPELINING", CAP_PIPELINING, 0, "" },
	{ "mx\npipelining\n8bitmime\nsmtputf8\ndsn\nstarttls",
	  CAP_PIPELINING | CAP_8BITMIME | CAP_SMTPUTF8 | CAP_DSN | CAP_STARTTLS, 0, "" },
	{ "mx\nPIPELININGFOO\nXDSN\nDS\nSMTPUTF8-X\nX STARTTLS\n DSN\n\n", 0, 0, "" },
	{ "mx\nPIPELINING=1\nSTARTTLS=\nSIZE=1000", 0, 0, "" },
	{ "mx\nPIPELINING yes\nDSN ", CAP_PIPELINING | CAP_DSN, 0, "" },
	{ "mx\nSIZE", CAP_SIZE, 0, "" },
	{ "mx\nSIZE ", CAP_SIZE, 0, "" },
	{ "mx\nSIZE 0", CAP_SIZE, 0, "" },
	{ "mx\nSIZE 35882577", CAP_SIZE, 35882577, "" },
	{ "mx\nSIZE 18446744073709551615", CAP_SIZE, UINT64_MAX, "" },
	{ "mx\nSIZE 18446744073709551616", CAP_SIZE, 0, "" },
	{ "mx\nSIZE 99999999999999999999999999", CAP_SIZE, 0, "" },
	{ "mx\nSIZE -1", CAP_SIZE, 0, "" },
	{ "mx\nSIZE 1k", CAP_SIZE, 0, "" },
	{ "mx\nAUTH PLAIN LOGIN", CAP_AUTH, 0, " PLAIN LOGIN " },
	{ "mx\nauth plain Login", CAP_AUTH, 0, " PLAIN LOGIN " },
	{ "mx\nAUTH=LOGIN PLAIN", CAP_AUTH, 0, " LOGIN PLAIN " },
	{ "mx\nAUTH CRAM-MD5\nAUTH=LOGIN PLAIN", CAP_AUTH, 0, " CRAM-MD5  LOGIN PLAIN " },
	{ "mx\nAUTH", CAP_AUTH, 0, "  " },
	{ "mx\nAUTHENTICATE PLAIN", 0, 0, "" },
};

static void test_capabilities(void)
{
	for (size_t i = 0; i < LENGTH(offers); i++) {
		CLEANUP(reply_done) struct reply reply;
		CLEANUP(capabilities_done) struct capabilities can = { .mechanisms = STR_INIT };

		reply_init(&reply);
		str_add(&reply.text, offers[i].text);
		test_case("capabilities/%zu/%s", i, offers[i].text);
		capabilities_read(&can, &reply);
		EXPECT_NUMBER(can.has, offers[i].has);
		EXPECT(can.size_limit == offers[i].size_limit);
		EXPECT_TEXT(can.mechanisms.bytes, offers[i].mechanisms);
	}
}

static const struct {
	const char *list;
	unsigned has;
	uint64_t size_limit;
	uint64_t mail_max;
} ignored[] = {
	{ NULL, CAP_PIPELINING | CAP_SIZE | CAP_LIMITS | CAP_STARTTLS | CAP_AUTH, 10, 20 },
	{ "size", CAP_PIPELINING | CAP_LIMITS | CAP_STARTTLS | CAP_AUTH, 0, 20 },
	{ "LIMITS, PIPELINING", CAP_SIZE | CAP_STARTTLS | CAP_AUTH, 10, 0 },
	{ "CHUNKING X-NONE PIPELININGS PIPE",
	  CAP_PIPELINING | CAP_SIZE | CAP_LIMITS | CAP_STARTTLS | CAP_AUTH, 10, 20 },
	{ "STARTTLS AUTH", CAP_PIPELINING | CAP_SIZE | CAP_LIMITS | CAP_STARTTLS | CAP_AUTH, 10,
	  20 },
};

static void test_ignored(void)
{
	for (size_t i = 0; i < LENGTH(ignored); i++) {
		CLEANUP(reply_done) struct reply reply;
		CLEANUP(capabilities_done) struct capabilities can = { .mechanisms = STR_INIT };

		reply_init(&reply);
		str_add(&reply.text,
			"mx\nPIPELINING\nSIZE 10\nAUTH PLAIN\nSTARTTLS\nLIMITS MAILMAX=20");
		test_case("capabilities-ignored/%s", ignored[i].list ? ignored[i].list : "");
		capabilities_read(&can, &reply);
		capabilities_ignore(&can, ignored[i].list);
		EXPECT_NUMBER(can.has, ignored[i].has);
		EXPECT(can.size_limit == ignored[i].size_limit);
		EXPECT(can.mail_max == ignored[i].mail_max);
	}
}

static void test_capabilities_anew(void)
{
	CLEANUP(reply_done) struct reply reply;
	CLEANUP(capabilities_done) struct capabilities can = { .mechanisms = STR_INIT };

	reply_init(&reply);
	str_add(&reply.text, "mx\nPIPELINING\nSIZE 10\nAUTH PLAIN");
	capabilities_read(&can, &reply);
	str_clear(&reply.text);
	str_add(&reply.text, "mx\nDSN");
	test_case("what was offered before is forgotten");
	capabilities_read(&can, &reply);
	EXPECT_NUMBER(can.has, CAP_DSN);
	EXPECT_NUMBER(can.size_limit, 0);
	EXPECT(!capabilities_has_mechanism(&can, "PLAIN"));
}

static const struct {
	const char *offered;
	const char *mechanism;
	bool has;
} mechanisms[] = {
	{ "mx\nAUTH PLAIN LOGIN", "PLAIN", true },
	{ "mx\nAUTH PLAIN LOGIN", "LOGIN", true },
	{ "mx\nAUTH PLAIN LOGIN", "CRAM-MD5", false },
	{ "mx\nAUTH PLAIN LOGIN", "LOG", false },
	{ "mx\nAUTH PLAIN LOGIN", "OGIN", false },
	{ "mx\nAUTH SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", false },
	{ "mx\nAUTH XPLAIN\nAUTH=plain", "PLAIN", true },
	{ "mx\nAUTH", "PLAIN", false },
	{ "mx", "PLAIN", false },
};

static void test_mechanisms(void)
{
	for (size_t i = 0; i < LENGTH(mechanisms); i++) {
		CLEANUP(reply_done) struct reply reply;
		CLEANUP(capabilities_done) struct capabilities can = { .mechanisms = STR_INIT };

		reply_init(&reply);
		str_add(&reply.text, mechanisms[i].offered);
		capabilities_read(&can, &reply);
		test_case("mechanism/%zu/%s", i, mechanisms[i].mechanism);
		EXPECT_NUMBER(capabilities_has_mechanism(&can, mechanisms[i].mechanism),
			      mechanisms[i].has);
	}
}

int main(void)
{
	test_begin("capabilities");
	test_capabilities();
	test_capabilities_anew();
	test_ignored();
	test_mechanisms();
	return test_end();
}
