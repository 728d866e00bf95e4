/* test_sasl.c - the choice of a mechanism, and logging in at honest and at cheating servers */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "peer.h"

#include "base/base64.h"
#include "base/clock.h"
#include "smtp/sasl.h"

#include <gsasl.h>
#include <limits.h>
#include <stdlib.h>

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
	const char *message;
	size_t len;
	unsigned long iterations;
} firsts[] = {
	{ BYTES("r=abc,s=c2FsdA==,i=4096"), 4096 },
	{ BYTES("r=abc,s=c2FsdA==,i=4096,x=1"), 4096 },
	{ BYTES("r=abc,s=c2FsdA==,i=1"), 1 },
	{ BYTES("r=abc,s=c2FsdA==,i=0"), 0 },
	{ BYTES("r=abc,s=c2FsdA==,i=2147483647"), 2147483647 },
	{ BYTES("r=abc,s=c2FsdA==,i=007"), 7 },
	{ BYTES("r=abc,s=c2FsdA==,i=99999999999999999999999"), ULONG_MAX },
	{ BYTES("r=abc,s=c2FsdA==,i="), 0 },
	{ BYTES("r=abc,s=c2FsdA==,i=-1"), 0 },
	{ BYTES("r=abc,s=c2FsdA==,i=4096x"), 0 },
	{ BYTES("r=abc,s=c2FsdA=="), 0 },
	{ BYTES("i=4096"), 0 },
	{ BYTES("v=c2ln"), 0 },
	{ BYTES(""), 0 },
};

static void test_iterations(void)
{
	for (size_t i = 0; i < LENGTH(firsts); i++) {
		test_case("iterations/%zu/%s", i, firsts[i].message);
		EXPECT(sasl_scram_iterations(firsts[i].message, firsts[i].len) ==
		       firsts[i].iterations);
	}
	test_case("iterations/nothing behind the end is read");
	EXPECT_NUMBER(sasl_scram_iterations("r=a,s=b,i=4096", strlen("r=a,s=b,i=40")), 40);
}

#define EVERYTHING " SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN CRAM-MD5 EXTERNAL "

static const struct {
	const char *auth;
	bool has_auth;
	const char *offered;
	const char *chosen;
	const char *part; /* of the error's text, where nothing is chosen */
} choices[] = {
	{ "", true, EVERYTHING, "SCRAM-SHA-256", NULL },
	{ "", true, " LOGIN PLAIN SCRAM-SHA-1 ", "SCRAM-SHA-1", NULL },
	{ "", true, " LOGIN PLAIN ", "PLAIN", NULL },
	{ "", true, " CRAM-MD5 LOGIN ", "LOGIN", NULL },
	{ "", true, " CRAM-MD5 EXTERNAL ", NULL, "CRAM-MD5 EXTERNAL" },
	{ "", true, " SCRAM-SHA-256-PLUS XPLAIN ", NULL, "SCRAM-SHA-256-PLUS XPLAIN" },
	{ "", true, " \033[2J ", NULL, "?[2J" },
	{ "", true, "  ", NULL, "no way to log in" },
	{ "", false, "", NULL, "does not offer AUTH" },
	{ "PLAIN", false, "", NULL, "does not offer AUTH" },
	{ "PLAIN", true, EVERYTHING, "PLAIN", NULL },
	{ "LOGIN", true, EVERYTHING, "LOGIN", NULL },
	{ "CRAM-MD5", true, EVERYTHING, "CRAM-MD5", NULL },
	{ "EXTERNAL", true, EVERYTHING, "EXTERNAL", NULL },
	{ "SCRAM-SHA-1", true, EVERYTHING, "SCRAM-SHA-1", NULL },
	{ "SCRAM-SHA-256", true, " PLAIN SCRAM-SHA-1 ", NULL,
	  "does not offer SCRAM-SHA-256, but: PLAIN SCRAM-SHA-1" },
	{ "GSSAPI", true, " GSSAPI PLAIN ", NULL, "GSSAPI" },
};

static void test_choice(void)
{
	for (size_t i = 0; i < LENGTH(choices); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(capabilities_done) struct capabilities can = { .mechanisms = STR_INIT };

		settings_init(&settings);
		settings.auth = mem_copy(choices[i].auth);
		can.has = choices[i].has_auth ? CAP_AUTH : 0;
		str_add(&can.mechanisms, choices[i].offered);
		test_case("choice/%zu/%s of%s", i, choices[i].auth, choices[i].offered);
		EXPECT_TEXT(sasl_choose(&settings, &can, &err), choices[i].chosen);
		EXPECT_NUMBER(err.kind, choices[i].chosen ? ERR_NONE : ERR_UNAVAILABLE);
		if (choices[i].part)
			EXPECT_PART(err.text, choices[i].part);
	}
}

static void test_needs_password(void)
{
	test_case("only EXTERNAL needs no password");
	EXPECT(!sasl_needs_password("EXTERNAL"));
	EXPECT(sasl_needs_password("PLAIN") && sasl_needs_password("LOGIN"));
	EXPECT(sasl_needs_password("CRAM-MD5") && sasl_needs_password("SCRAM-SHA-1"));
	EXPECT(sasl_needs_password("SCRAM-SHA-256"));
}

/* Logs in at a server that plays that script, as that user. */
static bool log_in(void (*script)(struct peer *), const void *arg, const char *mechanism,
		   const char *user, const char *password, struct err *err)
{
	CLEANUP(settings_done) struct settings settings;
	CLEANUP(secret_done) struct secret secret = { 0 };
	struct client client;
	struct peer peer;

	settings_init(&settings);
	settings.user = user ? mem_copy(user) : NULL;
	if (password)
		secret_set(&secret, password, strlen(password));
	client_init(&client, &settings, peer_start(&peer, script, arg), clock_after(PEER_SECONDS));
	bool is_in = sasl_login(&client, mechanism, &secret, err);
	client_done(&client);
	peer_finish(&peer);
	peer_done(&peer);
	return is_in;
}

/* What the server of libgsasl knows. */
struct account {
	const char *mechanism;
	const char *user;
	const char *password;
};

static int answer_library(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	const struct account *account = gsasl_callback_hook_get(library);
	const char *name = gsasl_property_fast(session, GSASL_AUTHZID);

	switch (property) {
	case GSASL_PASSWORD:
		gsasl_property_set(session, GSASL_PASSWORD, account->password);
		return GSASL_OK;
	case GSASL_VALIDATE_EXTERNAL:
		return strcmp(name ? name : "", account->user) == 0 ? GSASL_OK
								    : GSASL_AUTHENTICATION_ERROR;
	default:
		return GSASL_NO_CALLBACK;
	}
}

/* Sends the mechanism's words and takes the response; it stays in peer->packet. */
static bool challenge(struct peer *peer, const char *words)
{
	CLEANUP(mem_free_at) char *line = str_format("334 %s\r\n", words);

	if (!peer_send(peer, line) || !peer_take(peer))
		return false;
	str_cut(&peer->packet, peer->packet.len - 2);
	return true;
}

/* The initial response behind "AUTH X", NULL where there is none; "=" stands for an empty one. */
static const char *initial_response(struct peer *peer)
{
	str_cut(&peer->packet, peer->packet.len - 2);
	const char *blank = strrchr(peer->packet.bytes, ' ');
	if (blank == strchr(peer->packet.bytes, ' '))
		return NULL;
	return strcmp(blank, " =") == 0 ? "" : blank + 1;
}

/* The mechanism's part; returns how it ended. */
static int serve_exchange(struct peer *peer, Gsasl_session *session)
{
	const char *first = initial_response(peer);
	const char *response = first ? first : "";
	int status = GSASL_NEEDS_MORE;

	while (status == GSASL_NEEDS_MORE) {
		char *words = NULL;
		status = gsasl_step64(session, response, &words);
		bool has_words = words && *words;
		bool goes_on = status == GSASL_NEEDS_MORE || (status == GSASL_OK && has_words);
		bool is_answered = !goes_on || challenge(peer, words ? words : "");
		gsasl_free(words);
		if (!is_answered)
			return GSASL_AUTHENTICATION_ERROR;
		response = peer->packet.bytes;
	}
	return status;
}

/* An honest server. */
static void serve(struct peer *peer)
{
	const struct account *account = peer->arg;
	CLEANUP(mem_free_at) char *command = str_format("AUTH %s", account->mechanism);
	struct account known = *account;
	Gsasl *library;
	Gsasl_session *session;

	if (!peer_take(peer) || gsasl_init(&library) != GSASL_OK)
		return;
	if (strncmp(peer->packet.bytes, command, strlen(command)) != 0)
		peer_fail(peer, "the peer got '%s'", peer->packet.bytes);
	gsasl_callback_hook_set(library, &known);
	gsasl_callback_set(library, answer_library);
	if (gsasl_server_start(library, account->mechanism, &session) == GSASL_OK) {
		bool is_in = serve_exchange(peer, session) == GSASL_OK;
		const char *name = gsasl_property_fast(session, GSASL_AUTHID);
		is_in = is_in && (!name || strcmp(name, account->user) == 0);
		peer_send(peer, is_in ? "235 2.7.0 welcome\r\n" : "535 5.7.8 who?\r\n");
		gsasl_finish(session);
	}
	gsasl_done(library);
	if (peer_take(peer))
		peer_fail(peer, "the peer got '%s' behind the end", peer->packet.bytes);
}

static const char *const mechanisms[] = { "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1",
					  "SCRAM-SHA-256" };

static void test_logging_in(void)
{
	static const char *const passwords[] = { "secret", "with blank, comma=\"quote\"",
						 "p\xc3\xa4ssw\xc3\xb6rd" };

	for (size_t i = 0; i < LENGTH(mechanisms); i++)
		for (size_t k = 0; k < LENGTH(passwords); k++) {
			CLEANUP(err_done) struct err err = ERR_INIT;
			const struct account account = { mechanisms[i], "joe=x,y@a.example",
							 passwords[k] };

			test_case("login/%s/%s", mechanisms[i], passwords[k]);
			EXPECT(log_in(serve, &account, mechanisms[i], account.user, passwords[k],
				      &err));
			EXPECT_TEXT(err.text, NULL);
		}
}

static void test_wrong_password(void)
{
	for (size_t i = 0; i < LENGTH(mechanisms); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		const struct account account = { mechanisms[i], "joe", "right" };

		test_case("wrong password/%s", mechanisms[i]);
		EXPECT(!log_in(serve, &account, mechanisms[i], "joe", "wrong", &err));
		EXPECT_NUMBER(err.kind, ERR_AUTH);
		EXPECT_NUMBER(err.code, 535);
		EXPECT_PART(err.text, "535 5.7.8 who?");
		EXPECT(!strstr(err.text, "wrong"));
	}
}

static void test_external(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct account nobody = { "EXTERNAL", "", NULL };
	const struct account joe = { "EXTERNAL", "joe@a.example", NULL };

	test_case("EXTERNAL/with a name");
	EXPECT(log_in(serve, &joe, "EXTERNAL", "joe@a.example", NULL, &err));
	test_case("EXTERNAL/another name");
	EXPECT(!log_in(serve, &joe, "EXTERNAL", "jim@a.example", NULL, &err));
	EXPECT_NUMBER(err.kind, ERR_AUTH);
	test_case("EXTERNAL/without a name");
	EXPECT(log_in(serve, &nobody, "EXTERNAL", NULL, NULL, &err));
	test_case("EXTERNAL/an empty initial response is an equals sign");
	EXPECT(log_in(peer_play,
		      (const struct peer_step[]){ { "AUTH EXTERNAL =\r\n", "235 ok\r\n" }, { 0 } },
		      "EXTERNAL", NULL, NULL, &err));
}

/* "AHVzZXIAcGFzcw==" is "\0user\0pass"; "dXNlcg==" is "user", "cGFzcw==" is "pass". */
static const struct {
	const char *name;
	const char *mechanism;
	struct peer_step steps[5];
	enum err_kind kind;
	const char *part;
} dialogues[] = {
	{ "PLAIN, in",
	  "PLAIN",
	  { { "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "235 ok\r\n" } },
	  ERR_NONE,
	  "" },
	{ "PLAIN, refused",
	  "PLAIN",
	  { { "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "535 5.7.8 no\r\n" } },
	  ERR_AUTH,
	  "535 5.7.8 no" },
	{ "PLAIN, later",
	  "PLAIN",
	  { { "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "454 4.7.0 later\r\n" } },
	  ERR_DEFER,
	  "454 4.7.0" },
	{ "PLAIN, another success",
	  "PLAIN",
	  { { "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "250 ok\r\n" } },
	  ERR_PROTO,
	  "250 ok" },
	{ "PLAIN, a challenge behind the end",
	  "PLAIN",
	  { { "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "334 \r\n" }, { "*\r\n", "501 so be it\r\n" } },
	  ERR_PROTO,
	  "goes on when all has been said" },
	{ "LOGIN, in",
	  "LOGIN",
	  { { "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n" },
	    { "dXNlcg==\r\n", "334 UGFzc3dvcmQ6\r\n" },
	    { "cGFzcw==\r\n", "235 ok\r\n" } },
	  ERR_NONE,
	  "" },
	{ "LOGIN, refused by name",
	  "LOGIN",
	  { { "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n" }, { "dXNlcg==\r\n", "535 who?\r\n" } },
	  ERR_AUTH,
	  "535 who?" },
	{ "LOGIN, welcome before the password",
	  "LOGIN",
	  { { "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n" }, { "dXNlcg==\r\n", "235 ok\r\n" } },
	  ERR_AUTH,
	  "without" },
	{ "LOGIN, a third question",
	  "LOGIN",
	  { { "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n" },
	    { "dXNlcg==\r\n", "334 UGFzc3dvcmQ6\r\n" },
	    { "cGFzcw==\r\n", "334 TW9yZQ==\r\n" },
	    { "*\r\n", "501 ok\r\n" } },
	  ERR_PROTO,
	  "goes on when all has been said" },
	{ "LOGIN, bad base64",
	  "LOGIN",
	  { { "AUTH LOGIN\r\n", "334 !!!\r\n" }, { "*\r\n", "501 ok\r\n" } },
	  ERR_PROTO,
	  "LOGIN: " },
	{ "CRAM-MD5, bad base64",
	  "CRAM-MD5",
	  { { "AUTH CRAM-MD5\r\n", "334 <x@y>\r\n" }, { "*\r\n", "501 ok\r\n" } },
	  ERR_PROTO,
	  "CRAM-MD5: " },
	{ "CRAM-MD5, welcome at once",
	  "CRAM-MD5",
	  { { "AUTH CRAM-MD5\r\n", "235 ok\r\n" } },
	  ERR_AUTH,
	  "without" },
	{ "CRAM-MD5, nonsense",
	  "CRAM-MD5",
	  { { "AUTH CRAM-MD5\r\n", "hello\r\n" } },
	  ERR_PROTO,
	  "hello" },
};

static void test_dialogues(void)
{
	for (size_t i = 0; i < LENGTH(dialogues); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;

		test_case("dialogue/%s", dialogues[i].name);
		EXPECT_NUMBER(log_in(peer_play, dialogues[i].steps, dialogues[i].mechanism, "user",
				     "pass", &err),
			      dialogues[i].kind == ERR_NONE);
		EXPECT_NUMBER(err.kind, dialogues[i].kind);
		EXPECT_PART(err.text ? err.text : "", dialogues[i].part);
	}
}

/* Where a cheating SCRAM server leaves the path, and with what. */
struct cheat {
	const char *name;
	bool comes_first; /* instead of the first challenge, else of the second */
	const char *sent; /* a whole line; or a first message's end, behind the nonce */
	size_t len;
	enum err_kind kind;
	const char *part;
	bool is_cancelled;
};

static const struct cheat cheats[] = {
	{ "welcome at once", true, BYTES("235 ok\r\n"), ERR_AUTH, "without proving", false },
	{ "welcome before the proof", false, BYTES("235 ok\r\n"), ERR_AUTH, "without proving",
	  false },
	{ "a wrong signature", false, BYTES("334 dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQT0=\r\n"),
	  ERR_AUTH, "SCRAM-SHA-1: ", true },
	{ "an error instead of the signature", false, BYTES("334 ZT1vdGhlci1lcnJvcg==\r\n"),
	  ERR_PROTO, "SCRAM-SHA-1: ", true },
	{ "no signature", false, BYTES("334 \r\n"), ERR_PROTO, "SCRAM-SHA-1: ", true },
	{ "bad base64", true, BYTES("334 ***\r\n"), ERR_PROTO, "not base64", true },
	{ "an empty challenge", true, BYTES("334 \r\n"), ERR_PROTO, "SCRAM-SHA-1: ", true },
	{ "another nonce", true, BYTES("334 cj14LHM9YzJGc2RBPT0saT00MDk2\r\n"), ERR_AUTH,
	  "SCRAM-SHA-1: ", true },
	{ "two thousand million iterations", true, BYTES("s=c2FsdA==,i=2147483647"), ERR_PROTO,
	  "2147483647 iterations", true },
	{ "one iteration too many", true, BYTES("s=c2FsdA==,i=1000001"), ERR_PROTO,
	  "1000001 iterations", true },
	{ "iterations beyond any number", true, BYTES("s=c2FsdA==,i=99999999999999999999999"),
	  ERR_PROTO, "iterations", true },
	{ "iterations and a NUL", true, BYTES("s=c2FsdA==,i=2147483647\0"), ERR_PROTO,
	  "SCRAM-SHA-1: ", true },
	{ "iterations and a letter", true, BYTES("s=c2FsdA==,i=2147483647x"), ERR_PROTO,
	  "SCRAM-SHA-1: ", true },
	{ "iterations below zero", true, BYTES("s=c2FsdA==,i=-1"), ERR_PROTO,
	  "SCRAM-SHA-1: ", true },
};

/* Appends "334 " and the base64 of "r=<the client's nonce>x," and what follows it. */
static void add_first_challenge(struct peer *peer, const char *rest, size_t len, struct str *line)
{
	CLEANUP(str_done) struct str first = STR_INIT;
	const char *response = initial_response(peer);
	char *plain = NULL;
	size_t plain_len = 0;

	if (!response ||
	    gsasl_base64_from(response, strlen(response), &plain, &plain_len) != GSASL_OK)
		return;
	const char *nonce = memmem(plain, plain_len, ",r=", 3);
	str_add_n(&first, nonce + 1, plain_len - (size_t)(nonce + 1 - plain));
	str_add(&first, "x,");
	str_add_n(&first, rest, len);
	gsasl_free(plain);
	str_add(line, "334 ");
	base64_add(line, first.bytes, first.len);
	str_add(line, "\r\n");
}

static void play_cheat(struct peer *peer)
{
	const struct cheat *cheat = peer->arg;
	CLEANUP(str_done) struct str line = STR_INIT;

	if (!peer_take(peer))
		return;
	if (!cheat->comes_first) {
		add_first_challenge(peer, BYTES("s=c2FsdA==,i=16"), &line);
		if (!peer_send(peer, line.bytes) || !peer_take(peer))
			return;
	}
	str_clear(&line);
	if (cheat->len > 4 && cheat->sent[3] == ' ')
		str_add(&line, cheat->sent);
	else
		add_first_challenge(peer, cheat->sent, cheat->len, &line);
	if (!peer_send(peer, line.bytes))
		return;
	if (cheat->is_cancelled && peer_expect(peer, "*\r\n"))
		peer_send(peer, "501 5.7.0 so be it\r\n");
	if (peer_take(peer))
		peer_fail(peer, "the peer got '%s' behind the end", peer->packet.bytes);
}

static void test_cheats(void)
{
	for (size_t i = 0; i < LENGTH(cheats); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		int64_t start = clock_now();

		test_case("cheat/%s", cheats[i].name);
		EXPECT(!log_in(play_cheat, &cheats[i], "SCRAM-SHA-1", "user", "pass", &err));
		EXPECT_NUMBER(err.kind, cheats[i].kind);
		EXPECT_PART(err.text, cheats[i].part);
		EXPECT(clock_now() - start < 2000);
	}
}

static void test_long_password(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str password = STR_INIT;

	while (password.len < 12000)
		str_add(&password, "0123456789");
	test_case("a password that no line can hold is not sent");
	EXPECT(!log_in(peer_play, (const struct peer_step[]){ { 0 } }, "PLAIN", "user",
		       password.bytes, &err));
	EXPECT_NUMBER(err.kind, ERR_AUTH);
	EXPECT_PART(err.text, "too long");
}

int main(void)
{
	test_begin("sasl");
	test_iterations();
	test_choice();
	test_needs_password();
	test_logging_in();
	test_wrong_password();
	test_external();
	test_dialogues();
	test_cheats();
	test_long_password();
	return test_end();
}
