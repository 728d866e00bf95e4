/* test_err.c - errors on their way up, and the exit status of each kind */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/err.h"

#include <errno.h>

static const struct {
	enum err_kind kind;
	int status;
	const char *name;
	enum err_fate fate;
} kinds[] = {
	{ ERR_NONE, 0, "EX_OK", FATE_NONE },
	{ ERR_USAGE, 64, "EX_USAGE", FATE_NONE },
	{ ERR_INPUT, 65, "EX_DATAERR", FATE_FAIL },
	{ ERR_NOINPUT, 66, "EX_NOINPUT", FATE_NONE },
	{ ERR_NOHOST, 68, "EX_NOHOST", FATE_RETRY },
	{ ERR_REJECT, 65, "EX_DATAERR", FATE_FAIL },
	{ ERR_REFUSED, 69, "EX_UNAVAILABLE", FATE_FAIL },
	{ ERR_UNAVAILABLE, 69, "EX_UNAVAILABLE", FATE_RETRY },
	{ ERR_NET, 75, "EX_TEMPFAIL", FATE_RETRY },
	{ ERR_DEFER, 75, "EX_TEMPFAIL", FATE_RETRY },
	{ ERR_TLS, 69, "EX_UNAVAILABLE", FATE_RETRY },
	{ ERR_PROTO, 76, "EX_PROTOCOL", FATE_RETRY },
	{ ERR_AUTH, 77, "EX_NOPERM", FATE_RETRY },
	{ ERR_CONFIG, 78, "EX_CONFIG", FATE_RETRY },
	{ ERR_SYSTEM, 71, "EX_OSERR", FATE_RETRY },
	{ ERR_IO, 74, "EX_IOERR", FATE_RETRY },
};

static void test_kinds(void)
{
	test_case("every kind is in the table");
	EXPECT_NUMBER(LENGTH(kinds), ERR_KINDS);
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		test_case("kind/%zu/%s", i, kinds[i].name);
		EXPECT_NUMBER(kinds[i].kind, i);
		EXPECT_NUMBER(err_exit_status(kinds[i].kind), kinds[i].status);
		EXPECT_TEXT(err_exit_name(kinds[i].kind), kinds[i].name);
		EXPECT_NUMBER(err_fate(kinds[i].kind), kinds[i].fate);
	}
}

static void test_text(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	test_case("setting returns false");
	EXPECT(!err_set(&err, ERR_INPUT, "%s %d", "no", 1));
	EXPECT_NUMBER(err.kind, ERR_INPUT);
	EXPECT_TEXT(err.text, "no 1");

	test_case("wrapping reads from outside in and keeps the rest");
	err.code = 550;
	strcpy(err.enhanced, "5.1.1");
	EXPECT(!err_wrap(&err, "line %d", 7));
	EXPECT(!err_wrap(&err, "file"));
	EXPECT_TEXT(err.text, "file: line 7: no 1");
	EXPECT_NUMBER(err.kind, ERR_INPUT);
	EXPECT_NUMBER(err.code, 550);
	EXPECT_TEXT(err.enhanced, "5.1.1");

	test_case("setting again forgets what was");
	EXPECT(!err_set(&err, ERR_NET, "lost"));
	EXPECT_NUMBER(err.kind, ERR_NET);
	EXPECT_TEXT(err.text, "lost");
	EXPECT_NUMBER(err.code, 0);
	EXPECT_TEXT(err.enhanced, "");

	test_case("an error can be set from its own text");
	EXPECT(!err_set(&err, ERR_IO, "again: %s", err.text));
	EXPECT_TEXT(err.text, "again: lost");
	EXPECT(!err_wrap(&err, "<%s>", err.text));
	EXPECT_TEXT(err.text, "<again: lost>: again: lost");

	test_case("an errno adds its words");
	EXPECT(!err_sys(&err, ERR_SYSTEM, ENOENT, "cannot open %s", "x"));
	EXPECT_TEXT(err.text, "cannot open x: No such file or directory");
	EXPECT_NUMBER(err.kind, ERR_SYSTEM);
}

static void test_copy_and_done(void)
{
	CLEANUP(err_done) struct err from = ERR_INIT;
	CLEANUP(err_done) struct err to = ERR_INIT;

	test_case("a copy has a text of its own");
	EXPECT(!err_set(&to, ERR_IO, "older"));
	EXPECT(!err_set(&from, ERR_REJECT, "no"));
	from.code = 550;
	err_copy(&to, &from);
	EXPECT(!err_wrap(&from, "changed"));
	EXPECT_TEXT(to.text, "no");
	EXPECT_NUMBER(to.kind, ERR_REJECT);
	EXPECT_NUMBER(to.code, 550);

	test_case("done leaves an error that is none");
	err_done(&to);
	EXPECT_NUMBER(to.kind, ERR_NONE);
	EXPECT_TEXT(to.text, NULL);
	err_done(&to);
	err_done(NULL);

	test_case("nothing is copied as nothing");
	err_copy(&from, &to);
	EXPECT_NUMBER(from.kind, ERR_NONE);
	EXPECT_TEXT(from.text, NULL);
}

int main(void)
{
	test_begin("err");
	test_kinds();
	test_text();
	test_copy_and_done();
	return test_end();
}
