/* test_residue.c - lines that mailboxes and editors leave around a header */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/residue.h"

static void test_separators(void)
{
	static const struct {
		const char *line;
		bool is_one;
		bool is_one_with_date;
	} table[] = {
		{ "From a@b Mon Nov 23 16:00:00 2026\n", true, true },
		{ "From a@b Mon Nov 23 16:00:00 2026", true, true },
		{ "From a@b Mon\r\n", true, true },
		{ "From a@b\n", true, false },
		{ "From \n", true, false },
		{ "From a@b 2026-11-23T16:00:00Z\n", true, true },
		{ "From a@b 2026-11-23\n", true, true },
		{ "From a@b 23 Nov 2026 1:02:03 +0100\n", true, true },
		{ "From a b Mon Nov 23 16:00:00 2026\n", true, true },
		{ "From \xD0\xA1\xD1\x80\xD0\xB5 15 2006\n", true, true },
		{ ">From a@b Mon Nov 23 16:00:00 2026\n", true, true },
		{ ">From a@b\n", false, false },
		{ ">>From a@b Mon\n", false, false },
		{ "\1\1\1\1\n", true, true },
		{ "\1\1\1\1x\n", false, false },
		{ "\1\1\1\n", false, false },
		{ "From now on\n", false, false },
		{ "From 10:20 to 11:20\n", false, false },
		{ "From Mon on\n", false, false },
		{ "from a@b Mon\n", false, false },
		{ "From\n", false, false },
		{ "From", false, false },
		{ "", false, false },
		{ ">", false, false },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		const char *line = table[i].line;
		test_case("separator/%s", line);
		EXPECT_NUMBER(residue_is_separator(line, strlen(line), false), table[i].is_one);
		EXPECT_NUMBER(residue_is_separator(line, strlen(line), true),
			      table[i].is_one_with_date);
	}
}

static void test_known_fields(void)
{
	static const struct {
		const char *line;
		bool is_known;
	} table[] = {
		{ "From: x\n", true },        { "subject :x\n", true },     { "X-Y: z", true },
		{ "Content-Type:", true },    { "Resent-To: a@b\n", true }, { "Date:\n", false },
		{ "Warning: disk\n", false }, { "http://x\n", false },      { "X: y\n", false },
		{ "Fromage: x\n", false },    { "X-: y\n", false },         { ":", false },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		test_case("known/%s", table[i].line);
		EXPECT_NUMBER(residue_is_known_field(table[i].line, strlen(table[i].line)),
			      table[i].is_known);
	}
}

int main(void)
{
	test_begin("residue");
	test_separators();
	test_known_fields();
	return test_end();
}
