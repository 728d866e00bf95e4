/* test_runrequest.c - requests to a run in the form of a file's name, there and back */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "queue/runrequest.h"

static void test_forms(void)
{
	static const struct {
		const char *form;
		struct runrequest request;
	} table[] = {
		{ "q", { .ignores_schedule = false } },
		{ "f", { .ignores_schedule = true } },
		{ "f,Rbob@example.org",
		  { .ignores_schedule = true, .recipient = "bob@example.org" } },
		{ "f,IABC,Sa,Rb",
		  { .ignores_schedule = true, .id = "ABC", .sender = "a", .recipient = "b" } },
		{ "f,S", { .ignores_schedule = true, .sender = "" } },
		{ "f,S%2F..%2F..%2Fx%25%2C%0A,R%C3%BC",
		  { .ignores_schedule = true, .sender = "/../../x%,\n", .recipient = "\xc3\xbc" } },
		{ "f,S%7F%01%FF", { .ignores_schedule = true, .sender = "\x7f\x01\xff" } },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct runrequest read;
		struct str form = STR_INIT;
		test_case("form %s", table[i].form);
		runrequest_add(&form, &table[i].request);
		EXPECT_TEXT(form.bytes, table[i].form);
		EXPECT(runrequest_read(&read, form.bytes));
		EXPECT(runrequest_is_same(&read, &table[i].request));
		runrequest_done(&read);
		str_done(&form);
	}
}

static void test_others(void)
{
	static const char *const table[] = {
		"",      "x",       "F",       "ff",     "q,",     "f,",    "f,X",
		"f,Ra,", "f,Ra,Sb", "f,Ra,Rb", "f,Ra,,", "fRa",    "f,R/",  "f,R%",
		"f,R%2", "f,R%2f",  "f,R%41",  "f,R%00", "f,R%zz", "f,R a", "f,R%-1",
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct runrequest read;
		test_case("no form: %s", table[i]);
		EXPECT(!runrequest_read(&read, table[i]));
		EXPECT(!read.own);
	}
}

static void test_same(void)
{
	const struct runrequest all = { .ignores_schedule = true };
	const struct runrequest due = { 0 };
	const struct runrequest bob = { .ignores_schedule = true, .recipient = "bob" };
	const struct runrequest from_bob = { .ignores_schedule = true, .sender = "bob" };

	test_case("requests are told apart");
	EXPECT(runrequest_is_same(&all, &all) && runrequest_is_same(&bob, &bob));
	EXPECT(!runrequest_is_same(&all, &due) && !runrequest_is_same(&all, &bob));
	EXPECT(!runrequest_is_same(&bob, &from_bob));
}

int main(void)
{
	test_begin("runrequest");
	test_forms();
	test_others();
	test_same();
	return test_end();
}
