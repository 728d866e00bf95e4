/* test_nearest.c - the known word nearest to a mistyped word */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/nearest.h"

static const char *const words[] = {
	"host",         "port",          "user", "password", "passwordeval", "tls",
	"tls_starttls", "tls_certcheck", "from", "attach",   "attach-name",  "on",
};

static const struct {
	const char *text, *word;
} cases[] = {
	{ "host", "host" },
	{ "HOST", "host" },
	{ "hots", "host" },
	{ "hst", "host" },
	{ "hosst", "host" },
	{ "hsot", "host" },
	{ "prot", "port" },
	{ "usr", "user" },
	{ "pasword", "password" },
	{ "passwrod", "password" },
	{ "password-eval", "passwordeval" },
	{ "tsl", "tls" },
	{ "tls_startls", "tls_starttls" },
	{ "tls-start-tls", "tls_starttls" },
	{ "starttls", "tls_starttls" },
	{ "certcheck", "tls_certcheck" },
	{ "attachment", "attach" },
	{ "atach", "attach" },
	{ "form", "from" },
	{ "", NULL },
	{ "x", NULL },
	{ "no", NULL },
	{ "nonsense", NULL },
	{ "foo", NULL },
	{ "toast", NULL },
};

static void test_table(void)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct nearest nearest = { .text = cases[i].text };

		test_case("'%s'", cases[i].text);
		for (size_t k = 0; k < LENGTH(words); k++)
			nearest_offer(&nearest, words[k]);
		EXPECT_TEXT(nearest.word, cases[i].word);
	}
}

static void test_long_texts(void)
{
	CLEANUP(mem_free_at) char *text = str_format("%0200d", 1);
	struct nearest nearest = { .text = text };

	test_case("a long text has no nearest word");
	nearest_offer(&nearest, text);
	EXPECT_TEXT(nearest.word, NULL);
}

int main(void)
{
	test_begin("nearest");
	test_table();
	test_long_texts();
	return test_end();
}
