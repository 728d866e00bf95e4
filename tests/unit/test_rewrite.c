/* test_rewrite.c - other addresses in an address field */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address_parse.h"
#include "test.h"

#include "mail/rewrite.h"

static void add(struct address_list *list, const char *text)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	EXPECT(address_parse_list(text, strlen(text), list, &err));
}

/* Bare names get a domain; "team" has two targets, "me" another address, "same" itself. */
static void decide(void *arg, const struct address *address, struct address_list *out)
{
	size_t *asked = arg;

	++*asked;
	if (strcmp(address->local, "team") == 0)
		add(out, "Ann <ann@x>, ben@y");
	else if (strcmp(address->local, "me") == 0)
		add(out, "you@z");
	else if (strcmp(address->local, "same") == 0)
		add(out, "same@x");
	else if (!address->domain) {
		add(out, address->local);
		out->items[0].domain = mem_copy("x");
	}
}

static const struct {
	const char *body;
	const char *expected; /* NULL: nothing changes */
} table[] = {
	{ "", NULL },
	{ "a@b", NULL },
	{ "same@x", NULL },
	{ "root", "root@x" },
	{ " root\t", " root@x\t" },
	{ "root (Cron Daemon)", "root@x (Cron Daemon)" },
	{ "(the) root (Cron (Daemon))", "(the) root@x (Cron (Daemon))" },
	{ "Root <root>", "Root <root@x>" },
	{ "\"R, T\" < root > (c)", "\"R, T\" < root@x > (c)" },
	{ "<@a,@b:me@c>", "you@z" },
	{ "\"john doe\"", "\"john doe\"@x" },
	{ "me@a , root,b@c", "you@z , root@x,b@c" },
	{ "me@a , root,,b@c", "you@z, root@x, b@c" },
	{ "a@b,\r\n root,\r\n\tc@d", "a@b,\r\n root@x,\r\n\tc@d" },
	{ "Friends: root, a@b; , me", "Friends: root@x, a@b; , you@z" },
	{ "=?UTF-8?B?w6Q=?= <root>", "=?UTF-8?B?w6Q=?= <root@x>" },
	{ "J\xc3\xb6rg <root>", "J\xc3\xb6rg <root@x>" },
	{ "team", "Ann <ann@x>, ben@y" },
	{ "a@b, The Team <team@here> (all), c@d", "a@b, Ann <ann@x>, ben@y (all), c@d" },
	{ "me . me @ a", "me.me@a" },
	{ "a b", "\"a b\":;" },
	{ "root, <broken", "root@x, broken@x" },
	{ "root, a@@b", "root@x, \"a@@b\":;" },
	{ "team;", "Ann <ann@x>, ben@y" },
	{ "undisclosed-recipients:;", NULL },
};

static void test_table(void)
{
	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(str_done) struct str out = STR_INIT;
		size_t asked = 0;
		const struct rewrite_rule rule = { decide, &asked };

		test_case("field/%s", table[i].body);
		bool is_changed = rewrite_list(table[i].body, strlen(table[i].body), &rule, &out);
		EXPECT_NUMBER(is_changed, table[i].expected != NULL);
		EXPECT_TEXT(out.bytes, table[i].expected ? table[i].expected : "");
	}
}

/* The written text is a list again, and its lines are not too long. */
static void test_list(void)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(address_list_done) struct address_list again = { 0 };
	CLEANUP(str_done) struct str out = STR_INIT;

	test_case("a list of many is folded");
	for (int i = 0; i < 50; i++)
		add(&list, i % 2 ? "\"Long, Name\" <somebody@far.example>" : "me@here.example");
	address_add_list(&out, &list);
	add(&again, out.bytes);
	EXPECT_NUMBER(again.count, list.count);
	for (const char *line = out.bytes; line; line = strchr(line + 1, '\n'))
		EXPECT(strcspn(line + 1, "\n") <= 78);
}

int main(void)
{
	test_begin("rewrite");
	test_table();
	test_list();
	return test_end();
}
