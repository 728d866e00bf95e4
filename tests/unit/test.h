/* test.h - the harness of the unit tests: named checks, one TAP line each */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

/*
 * A test is a program with `int main(void)`: test_begin("address"), then for every case a
 * test_case(...) with the case's name and any number of expectations, then return test_end(). A
 * case fails with its first expectation that does not hold; lines that begin with `#` show the
 * value found.
 */
static struct {
	const char *suite;
	struct str name;
	struct str diagnosis;
	unsigned cases;
	unsigned failures;
} test_state = { .name = STR_INIT, .diagnosis = STR_INIT };

static inline void test_print_quoted(const char *mark, const struct str *text)
{
	struct str shown = STR_INIT;

	str_add_printable(&shown, text->bytes, text->len);
	printf("%s%s\n", mark, shown.bytes);
	str_done(&shown);
}

/* Prints the line of the case that test_case began. */
static inline void test_finish_case(void)
{
	if (!test_state.name.len)
		return;
	bool is_failed = test_state.diagnosis.len > 0;
	test_state.cases++;
	test_state.failures += is_failed;
	printf("%sok - unit/%s/", is_failed ? "not " : "", test_state.suite);
	test_print_quoted("", &test_state.name);
	if (is_failed)
		test_print_quoted("#   ", &test_state.diagnosis);
	str_clear(&test_state.name);
	str_clear(&test_state.diagnosis);
}

static inline void test_begin(const char *suite)
{
	test_state.suite = suite;
	setvbuf(stdout, NULL, _IOLBF, 0);
}

/* Begins a case; an empty name would hide it, so it gets one. */
static inline void FORMAT(1, 2) test_case(const char *format, ...)
{
	va_list args;

	test_finish_case();
	va_start(args, format);
	str_addv(&test_state.name, format, args);
	va_end(args);
	if (!test_state.name.len)
		str_add(&test_state.name, "(empty)");
}

/* A program that does not hang is done by then, even on a machine with fifty times its load. */
enum { TEST_PATIENCE = 60000 };

/* The exit status for main. */
static inline int test_end(void)
{
	test_finish_case();
	printf("1..%u\n", test_state.cases);
	str_done(&test_state.name);
	str_done(&test_state.diagnosis);
	return test_state.failures || !test_state.cases;
}

static inline void FORMAT(3, 4) test_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	if (test_state.diagnosis.len)
		return;
	str_addf(&test_state.diagnosis, "%s:%d: ", file, line);
	va_start(args, format);
	str_addv(&test_state.diagnosis, format, args);
	va_end(args);
}

/* NULL is a value like any other: equal to NULL and to nothing else. */
static inline void test_same_text(const char *file, int line, const char *what, const char *found,
				  const char *expected)
{
	if (found == expected || (found && expected && strcmp(found, expected) == 0))
		return;
	test_fail(file, line, "%s is '%s', expected '%s'", what, found ? found : "(NULL)",
		  expected ? expected : "(NULL)");
}

static inline void test_same_number(const char *file, int line, const char *what, long long found,
				    long long expected)
{
	if (found != expected)
		test_fail(file, line, "%s is %lld, expected %lld", what, found, expected);
}

static inline void test_holds_text(const char *file, int line, const char *what, const char *text,
				   const char *part)
{
	if (!text || !strstr(text, part))
		test_fail(file, line, "%s is '%s', expected '%s' in it", what,
			  text ? text : "(NULL)", part);
}

/* The expectations of a case; each may stand anywhere between two test_case. */
#define EXPECT(condition)                                                                          \
	((condition) ? (void)0 : test_fail(__FILE__, __LINE__, "not so: %s", #condition))
#define EXPECT_TEXT(found, expected) test_same_text(__FILE__, __LINE__, #found, (found), (expected))
#define EXPECT_NUMBER(found, expected)                                                             \
	test_same_number(__FILE__, __LINE__, #found, (long long)(found), (long long)(expected))
#define EXPECT_PART(text, part) test_holds_text(__FILE__, __LINE__, #text, (text), (part))
