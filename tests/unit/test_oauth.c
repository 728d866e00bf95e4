/* test_oauth.c - the messages of OAUTHBEARER and XOAUTH2 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "smtp/oauth.h"

static const struct {
	bool is_bearer;
	const char *user;
	const char *host;
	int port;
	const char *message;
} responses[] = {
	{ false, "u", "mail.example.org", 587, "user=u\1auth=Bearer t\1\1" },
	{ false, "a=b,c@d.example", "h", 1, "user=a=b,c@d.example\1auth=Bearer t\1\1" },
	{ true, "u", "mail.example.org", 587,
	  "n,a=u,\1host=mail.example.org\1port=587\1auth=Bearer t\1\1" },
	{ true, "a=b,c@d.example", "h", 1,
	  "n,a=a=3Db=2Cc@d.example,\1host=h\1port=1\1auth=Bearer t\1\1" },
	{ true, NULL, "h", 1, "n,,\1host=h\1port=1\1auth=Bearer t\1\1" },
	{ true, "", "h", 1, "n,,\1host=h\1port=1\1auth=Bearer t\1\1" },
	{ true, "u", NULL, 0, "n,a=u,\1auth=Bearer t\1\1" },
};

static void test_responses(void)
{
	const struct secret token = { (char[]){ "t" }, 1 };

	for (size_t i = 0; i < LENGTH(responses); i++) {
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(str_done) struct str out = STR_INIT;

		settings_init(&settings);
		settings.user = responses[i].user ? mem_copy(responses[i].user) : NULL;
		settings.host = responses[i].host ? mem_copy(responses[i].host) : NULL;
		settings.port = responses[i].port;
		test_case("response/%zu", i);
		oauth_add_response(&out, responses[i].is_bearer, &settings, &token);
		EXPECT_TEXT(out.bytes, responses[i].message);
	}
}

#define TEN     "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
	const char *message;
	const char *remark;
} remarks[] = {
	{ "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"https://mail.example/\"}",
	  "status 401, scope https://mail.example/" },
	{ "{\"status\":400}", "status 400" },
	{ "{\"scope\":\"a b\"}", "scope a b" },
	{ "{\"status\":\"\",\"scope\":\"a\"}", "scope a" },
	{ "{\"status\":\"in\\u0007va\\u202elid\\n\"}", "status in?va?lid\\n" },
	{ "{\"error\":\"x\"}", "{\"error\":\"x\"}" },
	{ "{}", "{}" },
	{ "no\tJSON\033[2J", "no?JSON?[2J" },
	{ "", "" },
	{ HUNDRED HUNDRED, HUNDRED HUNDRED },
	{ HUNDRED HUNDRED "x", HUNDRED HUNDRED " ..." },
	{ "{\"status\":\"" HUNDRED HUNDRED HUNDRED "\",\"scope\":\"s\"}",
	  "status " HUNDRED HUNDRED " ..., scope s" },
};

static void test_remarks(void)
{
	for (size_t i = 0; i < LENGTH(remarks); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;

		test_case("remark/%zu", i);
		oauth_add_remark(&out, remarks[i].message, strlen(remarks[i].message));
		EXPECT_TEXT(out.bytes, remarks[i].remark);
	}
}

int main(void)
{
	test_begin("oauth");
	test_responses();
	test_remarks();
	return test_end();
}
