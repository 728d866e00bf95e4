/* test_netrc.c - passwords in a netrc file: their owners, and texts that are no password */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "conf/netrc.h"

/* The password of "alice" at "mail.example"; NULL: no password. */
static const struct {
	const char *name, *text, *password;
} files[] = {
	{ "one line", "machine mail.example login alice password secret\n", "secret" },
	{ "no line end", "machine mail.example login alice password secret", "secret" },
	{ "several lines", "machine mail.example\n\tlogin alice\n\tpassword secret\n", "secret" },
	{ "a word on each line", "machine\nmail.example\n\nlogin\nalice\npassword\n\nsecret\n",
	  "secret" },
	{ "CRLF", "machine mail.example\r\nlogin alice\r\npassword secret\r\n", "secret" },
	{ "user and passwd", "machine mail.example user alice passwd secret", "secret" },
	{ "password first", "machine mail.example password secret login alice", "secret" },
	{ "an account", "machine mail.example login alice account x password secret", "secret" },
	{ "an account named login",
	  "machine mail.example account login password secret login alice", "secret" },
	{ "a word that nobody knows", "machine mail.example port 25 login alice password secret",
	  "secret" },
	{ "a login named password", "machine mail.example login password password secret", NULL },
	{ "tabs and blanks", " \t machine  mail.example\tlogin \t alice  password\tsecret  ",
	  "secret" },

	{ "double quotes", "machine mail.example login alice password \"a b\"", "a b" },
	{ "single quotes", "machine mail.example login alice password 'a \"b'", "a \"b" },
	{ "quotes within", "machine mail.example login alice password a\" b\"'c '", "a bc " },
	{ "quotes around the names", "machine \"mail.example\" login 'alice' password x", "x" },
	{ "a quote that is not closed", "machine mail.example login alice password \"a b\nmachine x",
	  "a b" },
	{ "an empty password", "machine mail.example login alice password \"\"", "" },
	{ "a backslash", "machine mail.example login alice password a\\ b", "a\\" },
	{ "# in a password", "machine mail.example login alice password a#b", "a#b" },
	{ "# in front, in quotes", "machine mail.example login alice password '#b'", "#b" },
	{ "all that is awkward", "machine mail.example login alice password 'p#1 :\"x'",
	  "p#1 :\"x" },
	{ "bytes beyond ASCII", "machine mail.example login alice password \303\244\377",
	  "\303\244\377" },

	{ "a comment above",
	  "# machine mail.example login alice password wrong\n"
	  "machine mail.example login alice password secret",
	  "secret" },
	{ "a comment behind", "machine mail.example # login bob\nlogin alice password secret # x",
	  "secret" },
	{ "a comment where a word should be",
	  "machine mail.example login alice password #x\nsecret", "secret" },
	{ "a comment alone", "#machine mail.example login alice password secret", NULL },

	{ "another machine", "machine other.example login alice password secret", NULL },
	{ "another case of the machine", "machine MAIL.example login alice password secret", NULL },
	{ "a longer name of the machine", "machine mail.example.org login alice password x", NULL },
	{ "another login", "machine mail.example login bob password secret", NULL },
	{ "another case of the login", "machine mail.example login Alice password secret", NULL },
	{ "no login", "machine mail.example password secret", NULL },
	{ "an empty login", "machine mail.example login \"\" password secret", NULL },
	{ "no password", "machine mail.example login alice", NULL },
	{ "no password, and no more", "machine mail.example login alice password", NULL },
	{ "default", "default login alice password secret", NULL },
	{ "default behind it", "machine mail.example login alice default password secret", NULL },
	{ "nothing", "", NULL },
	{ "blanks", " \n\n\t", NULL },
	{ "words before any machine", "login alice password secret machine mail.example", NULL },
	{ "a machine without a name", "machine", NULL },

	{ "the second entry",
	  "machine a login alice password x\n"
	  "machine mail.example login alice password secret\n"
	  "machine b login alice password y",
	  "secret" },
	{ "the second login",
	  "machine mail.example login bob password x\n"
	  "machine mail.example login alice password secret",
	  "secret" },
	{ "the first of two",
	  "machine mail.example login alice password first\n"
	  "machine mail.example login alice password second",
	  "first" },
	{ "the first one that has a password",
	  "machine mail.example login alice\n"
	  "machine mail.example login alice password second",
	  "second" },
	{ "the last of two logins", "machine mail.example login bob login alice password x", "x" },
	{ "not the first of two logins", "machine mail.example login alice login bob password x",
	  NULL },
	{ "the last of two passwords", "machine mail.example login alice password x password y",
	  "y" },
	{ "it ends with the next machine",
	  "machine mail.example login alice machine b password secret", NULL },
	{ "it ends with default", "machine mail.example login alice password x default password y",
	  "x" },
	{ "default is no machine", "default machine mail.example login alice password x", "x" },
	{ "a machine named default",
	  "machine default login x machine mail.example login alice "
	  "password x",
	  "x" },

	{ "a macro above",
	  "macdef init\nmachine mail.example login alice password wrong\n\n"
	  "machine mail.example login alice password secret",
	  "secret" },
	{ "a macro in the entry",
	  "machine mail.example login alice\nmacdef init\npassword wrong\n"
	  "login bob\n \t\r\npassword secret",
	  "secret" },
	{ "a macro with words behind it",
	  "machine mail.example login alice macdef a password x\n\n", NULL },
	{ "a macro to the end", "machine mail.example login alice\nmacdef init\npassword x", NULL },
	{ "two macros", "macdef a\nx\n\nmacdef b\ny\n\nmachine mail.example login alice password x",
	  "x" },
	{ "a machine named macdef",
	  "machine macdef login x\nmachine mail.example login alice "
	  "password x",
	  "x" },
};

static void expect_password(const char *text, size_t len, const char *expected)
{
	CLEANUP(secret_done) struct secret found = { 0 };

	EXPECT_NUMBER(netrc_find(text, len, "mail.example", "alice", &found), expected != NULL);
	EXPECT_TEXT(found.bytes, expected);
}

static void test_files(void)
{
	for (size_t i = 0; i < LENGTH(files); i++) {
		test_case("file/%s", files[i].name);
		expect_password(files[i].text, strlen(files[i].text), files[i].password);
	}
}

static void test_long_lines(void)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str password = STR_INIT;

	test_case("a line and a password of 100 kB");
	for (size_t i = 0; i < 100000; i++)
		str_add_char(&password, (char)('a' + i % 26));
	for (size_t i = 0; i < 10000; i++)
		str_add(&text, "machine b ");
	str_addf(&text, "machine mail.example login alice password %s", password.bytes);
	expect_password(text.bytes, text.len, password.bytes);
}

static void test_bytes(void)
{
	static const char nul[] = "machine mail.example\0login alice\0password a\0b";
	static const char cut[] = "machine mail.example login alice password secret # x";

	test_case("a NUL byte parts words");
	expect_password(nul, sizeof nul - 1, "a");
	test_case("what is behind the length is not looked at");
	expect_password(cut, 45, "sec");
	expect_password(cut, 41, NULL);
}

int main(void)
{
	test_begin("netrc");
	test_files();
	test_long_lines();
	test_bytes();
	return test_end();
}
