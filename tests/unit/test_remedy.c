/* test_remedy.c - what a refusal is about, and the hint for it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "smtp/remedy.h"

#define IN(phase) PHASE_##phase, #phase

/* Kinds in a transaction; ERR_NONE: the phase decides. */
static const struct {
	enum phase phase;
	const char *name;
	const char *reply; /* lines */
	enum err_kind kind;
} kinds[] = {
	{ IN(MAIL), "530 5.7.0 Must issue a STARTTLS command first", ERR_AUTH },
	{ IN(RCPT), "530 so be it", ERR_AUTH },
	{ IN(DATA), "530 5.7.57 Client not authenticated to send mail", ERR_AUTH },
	{ IN(FINAL), "530 5.7.1 Client was not authenticated", ERR_AUTH },
	{ IN(EHLO), "530 5.7.0 Must issue a STARTTLS command first", ERR_NONE },
	{ IN(RCPT), "550 5.7.1 Authentication required", ERR_AUTH },
	{ IN(RCPT), "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
	  ERR_UNAVAILABLE },
	{ IN(RCPT), "450 4.7.1 <host>: Helo command rejected: Host not found", ERR_NONE },
	{ IN(RCPT), "550 5.1.1 no such user", ERR_NONE },
	{ IN(RCPT), "550 5.1.1 <authentication.required@example.org>: unknown", ERR_NONE },
	{ IN(RCPT), "250 authentication required", ERR_NONE },
};

static void read_reply(struct reply *reply, const char *lines)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	reply_init(reply);
	for (; *lines; lines += strcspn(lines, "\n") + (strchr(lines, '\n') != NULL))
		EXPECT(reply_add_line(reply, lines, strcspn(lines, "\n"), &err) != REPLY_BAD);
}

static void test_kinds(void)
{
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		CLEANUP(reply_done) struct reply reply;

		test_case("kind/%s/%s", kinds[i].name, kinds[i].reply);
		read_reply(&reply, kinds[i].reply);
		EXPECT_NUMBER(remedy_kind(&reply, kinds[i].phase), kinds[i].kind);
	}
}

/* What the session is; by default it has no TLS, offers none, and is not logged in. */
enum trait { TLS = 1, STARTTLS = 2, LOGIN = 4, AT_ONCE = 8 };

static const struct {
	enum phase phase;
	const char *name;
	unsigned traits;
	const char *reply;
	const char *hint;
} hints[] = {
	{ IN(MAIL), 0, "530 5.7.0 no", "the relay wants a login (set auth on and user)" },
	{ IN(MAIL), STARTTLS, "530 5.7.0 no",
	  "the relay wants TLS or a login (set tls on, or auth on and user)" },
	{ IN(MAIL), TLS | STARTTLS, "530 5.7.0 no",
	  "the relay wants a login (set auth on and user)" },
	{ IN(MAIL), TLS | LOGIN, "530 5.7.0 no", "" },
	{ IN(MAIL), 0, "530 5.7.0 Must issue a STARTTLS command first",
	  "the relay wants TLS (set tls on)" },
	{ IN(AUTH), 0, "530 5.7.0 Must issue a STARTTLS command first",
	  "the relay wants TLS (set tls on)" },
	{ IN(MAIL), AT_ONCE, "530 5.7.0 Must issue a STARTTLS command first",
	  "the relay wants TLS (set tls on and tls_starttls on)" },
	{ IN(RCPT), 0, "550 5.7.1 Authentication required",
	  "the relay wants a login (set auth on and user)" },
	{ IN(RCPT), 0, "450 4.7.1 <me>: Helo command rejected: Host not found",
	  "the relay does not take our name, me.example (set domain to this host's full name)" },
	{ IN(RCPT), 0, "550 5.1.1 no such user", "" },
};

static void test_hints(void)
{
	for (size_t i = 0; i < LENGTH(hints); i++) {
		CLEANUP(reply_done) struct reply reply;
		CLEANUP(str_done) struct str hint = STR_INIT;
		unsigned traits = hints[i].traits;
		const struct settings settings = { .auth = traits & LOGIN ? str_empty : NULL,
						   .tls_starttls = !(traits & AT_ONCE) };
		const struct remedy_facts facts = { &settings, "me.example", traits & TLS,
						    traits & STARTTLS };

		test_case("hint/%s/%u/%s", hints[i].name, traits, hints[i].reply);
		read_reply(&reply, hints[i].reply);
		remedy_add_hint(&reply, hints[i].phase, &facts, &hint);
		EXPECT_TEXT(hint.bytes, hints[i].hint);
	}
}

int main(void)
{
	test_begin("remedy");
	test_kinds();
	test_hints();
	return test_end();
}
