/* test_hostlist.c - lists of hosts with ports */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "conf/hostlist.h"

/* The hosts found, as "host port|host port|"; NULL: the text is no list. */
static const struct {
	const char *text;
	const char *found;
} lists[] = {
	{ "mx.example", "mx.example 0|" },
	{ "mx.example:587", "mx.example 587|" },
	{ "a b:1,c , d:65535\te", "a 0|b 1|c 0|d 65535|e 0|" },
	{ " , a,,b , ", "a 0|b 0|" },
	{ "192.0.2.1:25", "192.0.2.1 25|" },
	{ "[2001:db8::1]", "2001:db8::1 0|" },
	{ "[2001:db8::1]:587 a", "2001:db8::1 587|a 0|" },
	{ "[fe80::1%eth0]:25", "fe80::1%eth0 25|" },
	{ "b\xc3\xbcro.example:25", "b\xc3\xbcro.example 25|" },
	{ "under_score.example.", "under_score.example. 0|" },
	{ "", NULL },
	{ " , ", NULL },
	{ "::1", NULL },
	{ "2001:db8::1", NULL },
	{ "[::1", NULL },
	{ "::1]", NULL },
	{ "[]", NULL },
	{ "[mx.example]", NULL },
	{ "[192.0.2.1]", NULL },
	{ "[::1]587", NULL },
	{ "[::1] :587", NULL },
	{ "a:", NULL },
	{ "a:0", NULL },
	{ "a:65536", NULL },
	{ "a:99999999999999999999", NULL },
	{ "a:-1", NULL },
	{ "a: 25", NULL },
	{ "a:25x", NULL },
	{ "a:25:26", NULL },
	{ ":25", NULL },
	{ "a b:c", NULL },
};

static void test_lists(void)
{
	for (size_t i = 0; i < LENGTH(lists); i++) {
		CLEANUP(str_done) struct str found = STR_INIT;
		const char *text = lists[i].text;
		struct hostlist_entry entry;

		test_case("list: '%s'", text);
		EXPECT_NUMBER(hostlist_is_valid(text), lists[i].found != NULL);
		while (hostlist_next(&text, &entry) == HOSTLIST_ENTRY)
			str_addf(&found, "%.*s %d|", (int)entry.len, entry.host, entry.port);
		if (lists[i].found)
			EXPECT_TEXT(found.bytes, lists[i].found);
	}
}

int main(void)
{
	test_begin("hostlist");
	test_lists();
	return test_end();
}
