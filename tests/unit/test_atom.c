/* test_atom.c - lengths and contents of quoted strings, comments and blanks */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/atom.h"

static void test_enclosed(void)
{
	static const struct {
		const char *text;
		size_t len; /* 0: it has no end */
		const char *content;
	} table[] = {
		{ "(Cron Daemon) x", 13, "Cron Daemon" },
		{ "(a (b) c)", 9, "a (b) c" },
		{ "(a \\) b) c", 8, "a ) b" },
		{ "\"a (b\" c)", 6, "a (b" },
		{ "\"a \\\" b\"", 8, "a \" b" },
		{ "(a\r\n b)", 7, "a b" },
		{ "()", 2, "" },
		{ "(Cron Daemon", 0, NULL },
		{ "(a (b)", 0, NULL },
		{ "\"a", 0, NULL },
		{ "\"a\\\"", 0, NULL },
		{ "(", 0, NULL },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(str_done) struct str content = STR_INIT;
		test_case("enclosed: %zu", i);
		EXPECT_NUMBER(atom_enclosed_len(table[i].text, strlen(table[i].text)),
			      table[i].len);
		if (!table[i].len)
			continue;
		atom_add_content(&content, table[i].text + 1, table[i].len - 2);
		EXPECT_TEXT(content.bytes, table[i].content);
	}
}

static void test_blank(void)
{
	static const struct {
		const char *text;
		size_t len;
	} table[] = {
		{ "", 0 },
		{ "a", 0 },
		{ " \t\r\n a", 5 },
		{ " (a (b)) (c) d", 13 },
		{ " (a (b) 7bit", 1 },
		{ "(a)", 3 },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		test_case("blank: %zu", i);
		EXPECT_NUMBER(atom_blank_len(table[i].text, strlen(table[i].text)), table[i].len);
	}
}

int main(void)
{
	test_begin("atom");
	test_enclosed();
	test_blank();
	return test_end();
}
