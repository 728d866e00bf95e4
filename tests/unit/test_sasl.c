/* test_sasl.c - the choice of a mechanism, and logging in at honest and at cheating servers */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "peer.h"

#include "base/base64.h"
#include "base/clock.h"
#include "conf/texttype.h"
#include "smtp/sasl.h"

#include <gsasl.h>
#include <stdlib.h>

#define BYTES(literal) literal, sizeof(literal) - 1

#define EVERYTHING                                                                                 \
	" SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN OAUTHBEARER XOAUTH2 GSSAPI EXTERNAL CRAM-MD5 "     \
	"DIGEST-MD5 NTLM SCRAM-SHA-256-PLUS "

static const struct {
	const char *auth;
	bool is_token;
	const char *offered; /* NULL: no AUTH */
	const char *chosen;
	const char *part; /* of the error's text, where nothing is chosen */
} choices[] = {
	{ "", false, EVERYTHING, "SCRAM-SHA-256", NULL },
	{ "", false, " LOGIN PLAIN SCRAM-SHA-1 ", "SCRAM-SHA-1", NULL },
	{ "", false, " LOGIN PLAIN ", "PLAIN", NULL },
	{ "", false, " CRAM-MD5 LOGIN ", "LOGIN", NULL },
	{ "", false, " XOAUTH2 OAUTHBEARER LOGIN ", "LOGIN", NULL },
	{ "", false, " XOAUTH2 OAUTHBEARER ", NULL, "but: XOAUTH2 OAUTHBEARER" },
	{ "", false, " CRAM-MD5 EXTERNAL DIGEST-MD5 NTLM GSSAPI ", NULL, "CRAM-MD5 EXTERNAL" },
	{ "", false, " SCRAM-SHA-256-PLUS XPLAIN ", NULL, "SCRAM-SHA-256-PLUS XPLAIN" },
	/* play-mailer-176, postfix-relay-220: mechanisms that need a name or another kind of secret */
	{ "", false, " NTLM ", NULL, "but: NTLM; set auth ntlm" },
	{ "", false, " CRAM-MD5 ", NULL, "but: CRAM-MD5; set auth cram-md5" },
	{ "", false, " DIGEST-MD5 ", NULL, "but: DIGEST-MD5; set auth digest-md5" },
	{ "", false, " NTLM GSSAPI ", NULL,
	  "; set auth gssapi, with a ticket of Kerberos, or auth ntlm" },
	{ "", false, " EXTERNAL ", NULL,
	  "; set auth external, with tls_cert_file and tls_key_file" },
	{ "", false, " XOAUTH2 ", NULL, "; set token_command, which prints an access token" },
	{ "", false, " OAUTHBEARER ", NULL, "; set token_command, which prints an access token" },
	{ "", false, " NTLM XOAUTH2 ", NULL,
	  "; set token_command, which prints an access token, or auth ntlm" },
	{ "", false, " KERBEROS_V4 X-OTP ", NULL, "but: KERBEROS_V4 X-OTP; mailchute knows none" },
	{ "", false, " SCRAM-SHA-256-PLUS ", NULL, "; that needs TLS 1.3, or TLS 1.2" },
	{ "", true, " PLAIN LOGIN ", NULL,
	  "; set a password instead of token_command, and auth on" },
	{ "", true, " NTLM ", NULL, "; set auth ntlm" },
	{ "PLAIN", false, " NTLM ", NULL, "does not offer PLAIN, but: NTLM; set auth ntlm" },
	{ "LOGIN", false, " XOAUTH2 ", NULL, "but: XOAUTH2; set token_command" },
	{ "XOAUTH2", true, " LOGIN ", NULL, "but: LOGIN; set a password instead of" },
	{ "XOAUTH2", true, " OAUTHBEARER ", NULL, "; set auth to one of these, or on" },
	{ "LOGIN", false, " PLAIN NTLM ", NULL, "; set auth to one of these, or on" },
	{ "", false, " \033[2J ", NULL, "?[2J" },
	{ "", false, "  ", NULL, "no way to log in" },
	{ "", false, NULL, NULL, "does not offer AUTH" },
	{ "", true, EVERYTHING, "OAUTHBEARER", NULL },
	{ "", true, " PLAIN XOAUTH2 ", "XOAUTH2", NULL },
	{ "", true, " PLAIN SCRAM-SHA-256 ", NULL, "with an access token, but: PLAIN" },
	{ "PLAIN", false, NULL, NULL, "does not offer AUTH" },
	{ "PLAIN", false, EVERYTHING, "PLAIN", NULL },
	{ "LOGIN", false, EVERYTHING, "LOGIN", NULL },
	{ "CRAM-MD5", false, EVERYTHING, "CRAM-MD5", NULL },
	{ "DIGEST-MD5", false, EVERYTHING, "DIGEST-MD5", NULL },
	{ "NTLM", false, EVERYTHING, "NTLM", NULL },
	{ "GSSAPI", false, EVERYTHING, "GSSAPI", NULL },
	{ "EXTERNAL", false, EVERYTHING, "EXTERNAL", NULL },
	{ "XOAUTH2", true, EVERYTHING, "XOAUTH2", NULL },
	{ "OAUTHBEARER", true, EVERYTHING, "OAUTHBEARER", NULL },
	{ "SCRAM-SHA-1", false, EVERYTHING, "SCRAM-SHA-1", NULL },
	{ "SCRAM-SHA-256", false, EVERYTHING, "SCRAM-SHA-256", NULL },
	{ "SCRAM-SHA-256", false, " PLAIN SCRAM-SHA-1 ", NULL,
	  "does not offer SCRAM-SHA-256, but: PLAIN SCRAM-SHA-1" },
	{ "SCRAM-SHA-256-PLUS", false, EVERYTHING, NULL, "extended master secret" },
	{ "SCRAM-SHA-1-PLUS", false, " SCRAM-SHA-1-PLUS ", NULL, "extended master secret" },
	{ "GSS-SPNEGO", false, " GSS-SPNEGO PLAIN ", NULL, "GSS-SPNEGO" },
};

static void test_choice(void)
{
	for (size_t i = 0; i < LENGTH(choices); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(settings_done) struct settings settings;
		struct client client;

		settings_init(&settings);
		settings.auth = mem_copy(choices[i].auth);
		client_init(&client, &settings, -1, CLOCK_NEVER);
		client.can.has = choices[i].offered ? CAP_AUTH : 0;
		str_add(&client.can.mechanisms, choices[i].offered ? choices[i].offered : "");
		test_case("choice/%zu/%s of%s", i, choices[i].auth, client.can.mechanisms.bytes);
		EXPECT_TEXT(sasl_choose(&client, choices[i].is_token, &err), choices[i].chosen);
		EXPECT_NUMBER(err.kind, choices[i].chosen ? ERR_NONE : ERR_UNAVAILABLE);
		if (choices[i].part)
			EXPECT_PART(err.text, choices[i].part);
		client_done(&client);
	}
}

/* A relay may take mail for its own users there, and logins elsewhere. */
static void test_port_25(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(settings_done) struct settings settings;
	struct client client;

	test_case("no AUTH on port 25");
	settings_init(&settings);
	settings.auth = mem_copy("");
	settings.port = 25;
	client_init(&client, &settings, -1, CLOCK_NEVER);
	EXPECT(!sasl_choose(&client, false, &err));
	EXPECT_TEXT(err.text, "the relay does not offer AUTH on port 25; set port 587, or if it "
			      "needs no login, auth off");
	client_done(&client);
}

static const struct {
	const char *mechanism;
	enum mechanism_need need;
} needs[] = {
	{ "SCRAM-SHA-256-PLUS", NEEDS_PASSWORD },
	{ "SCRAM-SHA-1-PLUS", NEEDS_PASSWORD },
	{ "SCRAM-SHA-256", NEEDS_PASSWORD },
	{ "SCRAM-SHA-1", NEEDS_PASSWORD },
	{ "PLAIN", NEEDS_PASSWORD },
	{ "LOGIN", NEEDS_PASSWORD },
	{ "CRAM-MD5", NEEDS_PASSWORD },
	{ "DIGEST-MD5", NEEDS_PASSWORD },
	{ "NTLM", NEEDS_PASSWORD },
	{ "OAUTHBEARER", NEEDS_TOKEN },
	{ "XOAUTH2", NEEDS_TOKEN },
	{ "GSSAPI", NEEDS_NOTHING },
	{ "EXTERNAL", NEEDS_NOTHING },
	{ "UNHEARD-OF", NEEDS_NOTHING },
};

static void test_needs(void)
{
	for (size_t i = 0; i < LENGTH(needs); i++) {
		test_case("need/%s", needs[i].mechanism);
		EXPECT_NUMBER(sasl_need(needs[i].mechanism), needs[i].need);
	}
}

static bool has_choice(const char *mechanism)
{
	for (size_t i = 0; i < LENGTH(choices); i++)
		if (strcmp(choices[i].auth, mechanism) == 0)
			return true;
	return false;
}

static bool has_need(const char *mechanism)
{
	for (size_t i = 0; i < LENGTH(needs); i++)
		if (strcmp(needs[i].mechanism, mechanism) == 0)
			return true;
	return false;
}

/* A new row of mechanism.def needs rows here. */
static void test_rows(void)
{
	const struct mechanism *mechanism;

	for (size_t i = 0; (mechanism = mechanism_at(i)); i++) {
		test_case("rows/%s", mechanism->name);
		if (!has_choice(mechanism->name))
			test_fail(__FILE__, __LINE__, "choices has no row with auth %s",
				  mechanism->name);
		if (!has_need(mechanism->name))
			test_fail(__FILE__, __LINE__, "needs has no row for %s", mechanism->name);
	}
}

static bool is_upper(const char *name)
{
	return !strpbrk(name, "abcdefghijklmnopqrstuvwxyz");
}

/* A mechanism that "auth on" does not choose has a text that says how to choose it. */
static bool begins_with_method(const char *setting, size_t number)
{
	CLEANUP(mem_free_at) char *words = str_format("auth %s", texttype_method(number));
	size_t len = strlen(words);

	return setting && strncmp(setting, words, len) == 0 && strchr(",", setting[len]);
}

static const char *mistake_in(const struct mechanism *mechanism, size_t number)
{
	bool is_automatic = mechanism->flags & MECHANISM_AUTOMATIC;

	if (!is_upper(mechanism->name))
		return "the name is not in upper case";
	if (mechanism_find(mechanism->name) != mechanism)
		return "the name stands there twice";
	if (is_automatic && mechanism->need == NEEDS_NOTHING)
		return "MECHANISM_AUTOMATIC is for mechanisms with a password or a token";
	if (is_automatic && mechanism->setting)
		return "with MECHANISM_AUTOMATIC the setting is NULL";
	if (!is_automatic && !begins_with_method(mechanism->setting, number))
		return "without MECHANISM_AUTOMATIC the setting begins with auth and the name";
	return NULL;
}

static void test_settings(void)
{
	const struct mechanism *mechanism;
	size_t i;

	for (i = 0; (mechanism = mechanism_at(i)); i++) {
		const char *mistake = mistake_in(mechanism, i);
		test_case("setting/%s", mechanism->name);
		if (mistake)
			test_fail(__FILE__, __LINE__, "mechanism.def: %s: %s", mechanism->name,
				  mistake);
	}
	EXPECT(i > 10 && !texttype_method(i));
}

/* How to log in. */
struct login {
	const char *mechanism;
	const char *user;
	const char *secret;
	const char *offered; /* NULL: the account names the mechanism */
	const char *domain;  /* ntlmdomain */
};

static void set_up(struct settings *settings, struct secret *secret, const struct login *login)
{
	settings_init(settings);
	settings->host = mem_copy("mail.example.org");
	settings->port = 587;
	settings->auth = mem_copy(login->offered ? "" : login->mechanism);
	settings->user = login->user ? mem_copy(login->user) : NULL;
	settings->ntlmdomain = login->domain ? mem_copy(login->domain) : NULL;
	if (login->secret)
		secret_set(secret, login->secret, strlen(login->secret));
}

/* The mechanisms, named by the account, by which a login has succeeded; blanks around each. */
static struct str successful = STR_INIT;

/* The servers for these are in tests/server. */
static const char *const with_real_servers[] = { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "GSSAPI",
						 "NTLM" };

static bool has_real_server(const char *mechanism)
{
	for (size_t i = 0; i < LENGTH(with_real_servers); i++)
		if (strcmp(with_real_servers[i], mechanism) == 0)
			return true;
	return false;
}

/* A new row of mechanism.def needs a login. */
static void test_every_login(void)
{
	const struct mechanism *mechanism;

	for (size_t i = 0; (mechanism = mechanism_at(i)); i++) {
		CLEANUP(mem_free_at) char *words = str_format(" %s ", mechanism->name);
		test_case("login with each/%s", mechanism->name);
		if (!strstr(successful.bytes, words) && !has_real_server(mechanism->name))
			test_fail(__FILE__, __LINE__,
				  "no login with %s succeeds here, nor is it in with_real_servers",
				  mechanism->name);
	}
	str_done(&successful);
}

/* Logs in at a server that plays that script. */
static bool log_in_as(void (*script)(struct peer *), const void *arg, const struct login *login,
		      struct err *err)
{
	CLEANUP(settings_done) struct settings settings;
	CLEANUP(secret_done) struct secret secret = { 0 };
	struct client client;
	struct peer peer;

	set_up(&settings, &secret, login);
	client_init(&client, &settings, peer_start(&peer, script, arg), clock_after(PEER_SECONDS));
	str_add(&client.can.mechanisms, login->offered ? login->offered : "");
	bool is_in = sasl_login(&client, login->mechanism, &secret, err);
	if (is_in && !login->offered)
		str_addf(&successful, " %s ", login->mechanism);
	client_done(&client);
	peer_finish(&peer);
	peer_done(&peer);
	return is_in;
}

static bool log_in(void (*script)(struct peer *), const void *arg, const char *mechanism,
		   const char *user, const char *password, struct err *err)
{
	const struct login login = { .mechanism = mechanism, .user = user, .secret = password };

	return log_in_as(script, arg, &login, err);
}

/* The server's credentials in libgsasl. */
struct account {
	const char *mechanism;
	const char *user;
	const char *password;
	const char *realm; /* of DIGEST-MD5 */
};

static int answer_library(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	const struct account *account = gsasl_callback_hook_get(library);
	const char *name = gsasl_property_fast(session, GSASL_AUTHZID);

	switch ((int)property) { /* of the many only these */
	case GSASL_PASSWORD:
		gsasl_property_set(session, GSASL_PASSWORD, account->password);
		return GSASL_OK;
	case GSASL_REALM:
		if (account->realm)
			gsasl_property_set(session, GSASL_REALM, account->realm);
		return account->realm ? GSASL_OK : GSASL_NO_CALLBACK;
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

/* The initial response after "AUTH X", NULL if there is none; "=" stands for an empty response. */
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

static const char *const mechanisms[] = { "PLAIN",      "LOGIN",       "CRAM-MD5",
					  "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256" };

static void test_logging_in(void)
{
	static const char *const passwords[] = { "secret", "with blank, comma=\"quote\"",
						 "p\xc3\xa4ssw\xc3\xb6rd" };

	for (size_t i = 0; i < LENGTH(mechanisms); i++)
		for (size_t k = 0; k < LENGTH(passwords); k++) {
			CLEANUP(err_done) struct err err = ERR_INIT;
			const struct account account = { mechanisms[i], "joe=x,y@a.example",
							 passwords[k], NULL };

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
		const struct account account = { mechanisms[i], "joe", "right", NULL };

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
	const struct account nobody = { "EXTERNAL", "", NULL, NULL };
	const struct account joe = { "EXTERNAL", "joe@a.example", NULL, NULL };

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
	{ "PLAIN, asked for after the command",
	  "PLAIN",
	  { { "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "334 \r\n" },
	    { "AHVzZXIAcGFzcw==\r\n", "235 ok\r\n" } },
	  ERR_NONE,
	  "" },
	{ "PLAIN, asked for in words",
	  "PLAIN",
	  { { "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "334-go\r\n334 on, please!\r\n" },
	    { "AHVzZXIAcGFzcw==\r\n", "535 who?\r\n" } },
	  ERR_AUTH,
	  "535 who?" },
	{ "PLAIN, a challenge behind the end",
	  "PLAIN",
	  { { "AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "334 \r\n" },
	    { "AHVzZXIAcGFzcw==\r\n", "334 \r\n" },
	    { "*\r\n", "501 so be it\r\n" } },
	  ERR_PROTO,
	  "continues after the end of the exchange" },
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
	  "continues after the end of the exchange" },
	{ "LOGIN, challenges in clear (go-mail-312)",
	  "LOGIN",
	  { { "AUTH LOGIN\r\n", "334 Username:\r\n" },
	    { "dXNlcg==\r\n", "334 !!!\r\n" },
	    { "cGFzcw==\r\n", "235 ok\r\n" } },
	  ERR_NONE,
	  "" },
	{ "LOGIN, empty challenges",
	  "LOGIN",
	  { { "AUTH LOGIN\r\n", "334\r\n" },
	    { "dXNlcg==\r\n", "334 \r\n" },
	    { "cGFzcw==\r\n", "235 ok\r\n" } },
	  ERR_NONE,
	  "" },
	{ "LOGIN, challenges of several lines",
	  "LOGIN",
	  { { "AUTH LOGIN\r\n", "334-your\r\n334 name?\r\n" },
	    { "dXNlcg==\r\n", "334 \xe5\xaf\x86\r\n" },
	    { "cGFzcw==\r\n", "235 ok\r\n" } },
	  ERR_NONE,
	  "" },
	{ "LOGIN, a third question in clear",
	  "LOGIN",
	  { { "AUTH LOGIN\r\n", "334 Username:\r\n" },
	    { "dXNlcg==\r\n", "334 Password:\r\n" },
	    { "cGFzcw==\r\n", "334 Again:\r\n" },
	    { "*\r\n", "501 ok\r\n" } },
	  ERR_PROTO,
	  "continues after the end of the exchange" },
	{ "OAUTHBEARER, in",
	  "OAUTHBEARER",
	  { { "AUTH OAUTHBEARER "
	      "bixhPXVzZXIsAWhvc3Q9bWFpbC5leGFtcGxlLm9yZwFwb3J0PTU4NwFhdXRo"
	      "PUJlYXJlciBwYXNzAQE=\r\n",
	      "235 ok\r\n" } },
	  ERR_NONE,
	  "" },
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

/* The step at which a cheating SCRAM server deviates, and its text there. */
struct cheat {
	const char *name;
	bool comes_first; /* instead of the first challenge, else of the second */
	const char *sent; /* a whole line; or a first message's end, after the nonce */
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
		EXPECT(clock_now() - start < TEST_PATIENCE);
	}
}

/* Offers two realms, and wants to hear the one in `arg`. */
static void ask_for_realm(struct peer *peer)
{
	static const char words[] =
		"realm=\"a.example\",realm=\"c.example\",nonce=\"1\",qop=\"auth\","
		"charset=utf-8,algorithm=md5-sess";
	CLEANUP(str_done) struct str line = STR_INIT;
	CLEANUP(str_done) struct str answer = STR_INIT;

	base64_add(&line, words, strlen(words));
	if (!peer_take(peer) || !challenge(peer, line.bytes) ||
	    !base64_read(&answer, peer->packet.bytes, peer->packet.len))
		return;
	if (!strstr(answer.bytes, peer->arg))
		peer_fail(peer, "the peer got '%s'", answer.bytes);
	peer_send(peer, "535 5.7.8 who?\r\n");
}

static void test_realm(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct account account = { "DIGEST-MD5", "joe", "pass", "a.example" };
	struct login login = { "DIGEST-MD5", "joe", "pass", NULL, NULL };

	test_case("realm/the server's");
	EXPECT(log_in_as(serve, &account, &login, &err));
	test_case("realm/the server's first one");
	EXPECT(!log_in_as(ask_for_realm, "realm=\"a.example\"", &login, &err));
	test_case("realm/ours");
	login.domain = "b.example";
	EXPECT(!log_in_as(ask_for_realm, "realm=\"b.example\"", &login, &err));
}

/* A response that does not fit into the line of AUTH follows in a line of its own. */
static void test_long_secret(const char *mechanism, size_t secret_len)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str secret = STR_INIT;
	CLEANUP(str_done) struct str plain = STR_INIT;
	CLEANUP(str_done) struct str line = STR_INIT;
	CLEANUP(mem_free_at) char *command = str_format("AUTH %s", mechanism);
	bool is_plain = strcmp(mechanism, "PLAIN") == 0;

	while (secret.len < secret_len)
		str_add_char(&secret, "0123456789"[secret.len % 10]);
	str_add_n(&plain, is_plain ? "\0user\0" : "user=user\1auth=Bearer ", is_plain ? 6 : 22);
	str_add(&plain, secret.bytes);
	str_add(&plain, is_plain ? "" : "\1\1");
	base64_add(&line, plain.bytes, plain.len);
	bool fits = strlen(command) + 1 + line.len + 2 <= 512;
	CLEANUP(mem_free_at) char *whole = str_format("%s %s\r\n", command, line.bytes);
	str_add(&line, "\r\n");
	CLEANUP(mem_free_at) char *alone = str_format("%s\r\n", command);
	const struct peer_step together[] = { { whole, "235 ok\r\n" }, { 0 } };
	const struct peer_step apart[] = { { alone, "334 \r\n" },
					   { line.bytes, "235 ok\r\n" },
					   { 0 } };

	test_case("long/%s with %zu octets of secret", mechanism, secret_len);
	EXPECT(log_in(peer_play, fits ? together : apart, mechanism, "user", secret.bytes, &err));
	EXPECT_TEXT(err.text, NULL);
}

/* A name of 372 octets makes AUTH EXTERNAL exactly as long as a command may be. */
static void test_full_line(size_t len)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str user = STR_INIT;
	CLEANUP(str_done) struct str line = STR_INIT;

	while (user.len < len)
		str_add_char(&user, 'u');
	base64_add(&line, user.bytes, user.len);
	str_add(&line, "\r\n");
	CLEANUP(mem_free_at) char *whole = str_format("AUTH EXTERNAL %s", line.bytes);
	const struct peer_step together[] = { { whole, "235 ok\r\n" }, { 0 } };
	const struct peer_step apart[] = { { "AUTH EXTERNAL\r\n", "334 \r\n" },
					   { line.bytes, "235 ok\r\n" },
					   { 0 } };

	test_case("long/EXTERNAL with a line of %zu octets", strlen(whole));
	EXPECT(log_in(peer_play, len <= 372 ? together : apart, "EXTERNAL", user.bytes, NULL,
		      &err));
	EXPECT_TEXT(err.text, NULL);
}

static void test_length(void)
{
	static const size_t lengths[] = { 1,   300, 360, 367, 368,  369,
					  370, 371, 372, 380, 4096, 12000 };

	for (size_t i = 0; i < LENGTH(lengths); i++) {
		test_long_secret("PLAIN", lengths[i]);
		test_long_secret("XOAUTH2", lengths[i]);
	}
	test_full_line(372);
	test_full_line(373);
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str secret = STR_INIT;
	while (secret.len < 600)
		str_add(&secret, "0123456789");
	test_case("long/refused before the response");
	EXPECT(!log_in(
		peer_play,
		(const struct peer_step[]){ { "AUTH PLAIN\r\n", "535 5.7.8 no\r\n" }, { 0 } },
		"PLAIN", "user", secret.bytes, &err));
	EXPECT_NUMBER(err.code, 535);
}

/* "AHUAcA==" is "\0u\0p"; "dQ==" is "u"; the OAuth ones are what test_oauth.c has in clear. */
#define AUTH_PLAIN   "AUTH PLAIN AHUAcA==\r\n"
#define AUTH_LOGIN   "AUTH LOGIN\r\n"
#define AUTH_XOAUTH2 "AUTH XOAUTH2 dXNlcj11AWF1dGg9QmVhcmVyIHABAQ==\r\n"
#define AUTH_OAUTHBEARER                                                                           \
	"AUTH OAUTHBEARER "                                                                        \
	"bixhPXUsAWhvc3Q9bWFpbC5leGFtcGxlLm9yZwFwb3J0PTU4NwFhdXRoPUJlYXJlciBwAQE=\r\n"

/* The replies after which another mechanism is tried, and the replies that end the login. */
static const struct {
	const char *name;
	const char *first;
	const char *offered; /* NULL: the account names the mechanism */
	struct peer_step steps[6];
	enum err_kind kind;
	int code;
	const char *part;
} substitutes[] = {
	{ "504, and the next gets in",
	  "PLAIN",
	  " PLAIN LOGIN ",
	  { { AUTH_PLAIN, "504 5.5.4 unknown\r\n" },
	    { AUTH_LOGIN, "334 VXNlcm5hbWU6\r\n" },
	    { "dQ==\r\n", "334 UGFzc3dvcmQ6\r\n" },
	    { "cA==\r\n", "235 ok\r\n" } },
	  ERR_NONE,
	  0,
	  "" },
	{ "504, and the next is refused",
	  "PLAIN",
	  " PLAIN LOGIN ",
	  { { AUTH_PLAIN, "504 5.5.4 unknown\r\n" }, { AUTH_LOGIN, "535 5.7.8 no\r\n" } },
	  ERR_AUTH,
	  535,
	  "AUTH LOGIN: 535 5.7.8 no" },
	{ "534, which is about the password (nodemailer-1116)",
	  "PLAIN",
	  " PLAIN LOGIN ",
	  { { AUTH_PLAIN, "534 5.7.9 Application-specific password required\r\n" } },
	  ERR_AUTH,
	  534,
	  "AUTH PLAIN: 534" },
	{ "538, which is about TLS",
	  "PLAIN",
	  " PLAIN ",
	  { { AUTH_PLAIN, "538 5.7.11 encrypt\r\n" } },
	  ERR_AUTH,
	  538,
	  "AUTH PLAIN: 538" },
	{ "432, which wants another password",
	  "PLAIN",
	  " PLAIN LOGIN ",
	  { { AUTH_PLAIN, "432 4.7.12 transition\r\n" } },
	  ERR_DEFER,
	  432,
	  "AUTH PLAIN: 432" },
	{ "535 is the end",
	  "PLAIN",
	  " PLAIN LOGIN ",
	  { { AUTH_PLAIN, "535 5.7.8 no\r\n" } },
	  ERR_AUTH,
	  535,
	  "AUTH PLAIN: 535" },
	{ "454 is the end",
	  "PLAIN",
	  " PLAIN LOGIN ",
	  { { AUTH_PLAIN, "454 4.7.0 later\r\n" } },
	  ERR_DEFER,
	  454,
	  "AUTH PLAIN: 454" },
	{ "nonsense is the end",
	  "PLAIN",
	  " PLAIN LOGIN ",
	  { { AUTH_PLAIN, "504-a\r\n550 b\r\n" } },
	  ERR_PROTO,
	  0,
	  "two codes" },
	{ "a named mechanism has no other",
	  "PLAIN",
	  NULL,
	  { { AUTH_PLAIN, "504 5.5.4 unknown\r\n" } },
	  ERR_AUTH,
	  504,
	  "AUTH PLAIN: 504" },
	{ "a token never goes by a mechanism for passwords",
	  "XOAUTH2",
	  " XOAUTH2 OAUTHBEARER PLAIN LOGIN ",
	  { { AUTH_XOAUTH2, "504 5.5.4 unknown\r\n" } },
	  ERR_AUTH,
	  504,
	  "AUTH XOAUTH2: 504" },
	{ "from OAUTHBEARER to XOAUTH2",
	  "OAUTHBEARER",
	  " XOAUTH2 OAUTHBEARER PLAIN LOGIN ",
	  { { AUTH_OAUTHBEARER, "504 5.5.4 unknown\r\n" }, { AUTH_XOAUTH2, "235 ok\r\n" } },
	  ERR_NONE,
	  0,
	  "" },
};

static void test_substitutes(void)
{
	for (size_t i = 0; i < LENGTH(substitutes); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		const struct login login = { substitutes[i].first, "u", "p", substitutes[i].offered,
					     NULL };

		test_case("substitute/%s", substitutes[i].name);
		EXPECT_NUMBER(log_in_as(peer_play, substitutes[i].steps, &login, &err),
			      substitutes[i].kind == ERR_NONE);
		EXPECT_NUMBER(err.kind, substitutes[i].kind);
		EXPECT_NUMBER(err.code, substitutes[i].code);
		EXPECT_PART(err.text ? err.text : "", substitutes[i].part);
	}
}

/* The refusals that lead to the next mechanism, and those that may be about the password. */
static const struct {
	const char *reply;
	bool is_unknown;
} answers[] = {
	{ "504 5.7.4 Unrecognized authentication type", true },
	{ "504 so be it", true },
	{ "500 5.5.1 unknown mechanism", true },
	{ "501 5.5.4 Invalid authentication mechanism", true },
	{ "501 5.5.2 Authentication mechanism PLAIN is not supported", true },
	{ "535 5.7.8 The mechanism is not recognised", true },
	{ "502 5.5.1 AUTH mechanism not implemented", true },
	{ "503 5.5.1 Unsupported auth method", true },
	{ "535 5.7.8 Error: authentication failed: Invalid authentication mechanism", true },
	{ "535 5.7.8 Error: authentication failed: no mechanism available", true },
	{ "535 5.7.3 unsupported mechanism", true },
	{ "554 5.7.8 Authentication mechanism not supported.", true },
	{ "500 5.5.1 what?", false },
	{ "501 5.5.2 malformed auth input", false },
	{ "502 5.5.1 not implemented", false },
	{ "503 5.5.1 Error: authentication not enabled", false },
	{ "503 5.5.1 already authenticated", false },
	{ "530 5.7.0 Must issue a STARTTLS command first", false },
	{ "534 5.7.9 Authentication mechanism is too weak", false },
	{ "534 5.7.9 Application-specific password required", false },
	{ "534 5.7.14 unknown authentication mechanism", false },
	{ "535 5.7.8 Username and Password not accepted", false },
	{ "535 5.7.3 Authentication unsuccessful", false },
	{ "535 5.7.139 Authentication unsuccessful, basic authentication is disabled", false },
	{ "535 authentication failed (mechanism PLAIN), unknown user", false },
	{ "538 5.7.11 Encryption required for requested authentication mechanism", false },
	{ "550 5.7.1 no", false },
	{ "432 4.7.12 A password transition is needed", false },
	{ "454 4.7.0 mechanism not available", false },
};

static void test_unknown(void)
{
	for (size_t i = 0; i < LENGTH(answers); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(mem_free_at) char *reply = str_format("%s\r\n", answers[i].reply);
		const struct login login = { "PLAIN", "u", "p", " PLAIN LOGIN ", NULL };
		const struct peer_step steps[] = {
			{ AUTH_PLAIN, reply },
			{ answers[i].is_unknown ? AUTH_LOGIN : NULL,
			  answers[i].is_unknown ? "535 5.7.8 no\r\n" : NULL },
			{ 0 },
		};

		test_case("unknown/%s", answers[i].reply);
		EXPECT(!log_in_as(peer_play, steps, &login, &err));
		EXPECT_PART(err.text, answers[i].is_unknown ? "AUTH LOGIN" : "AUTH PLAIN");
	}
}

/* libgsasl 2.2 forgets the salt when it can't prepare the password; that is no leak of ours. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static void look_for_leaks(bool is_wanted)
{
	if (__lsan_disable && __lsan_enable)
		(is_wanted ? __lsan_enable : __lsan_disable)();
}

/* Wants SCRAM's proof, answers `arg` where that is cancelled (NULL: hangs up), and takes PLAIN. */
static void play_incapable(struct peer *peer)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	if (!peer_take(peer))
		return;
	add_first_challenge(peer, BYTES("s=c2FsdA==,i=4096"), &line);
	if (peer_send(peer, line.bytes) && peer_expect(peer, "*\r\n") && peer->arg &&
	    peer_send(peer, peer->arg) && peer_expect(peer, "AUTH PLAIN AHUABw==\r\n"))
		peer_send(peer, "235 ok\r\n");
}

/* SASLprep knows no U+0007, so SCRAM can't be done with this password, and PLAIN can. */
static void test_incapable(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct login login = { "SCRAM-SHA-1", "u", "\a", " SCRAM-SHA-1 PLAIN ", NULL };

	test_case("substitute/a password that SCRAM can't have");
	EXPECT(log_in_as(play_incapable, "501 5.7.0 so be it\r\n", &login, &err));
	EXPECT_TEXT(err.text, NULL);
	test_case("substitute/a name that SCRAM can't have");
	login.user = "\a";
	login.secret = "p";
	EXPECT(log_in_as(
		peer_play,
		(const struct peer_step[]){ { "AUTH PLAIN AAcAcA==\r\n", "235 ok\r\n" }, { 0 } },
		&login, &err));
	test_case("substitute/none where the server has gone meanwhile");
	login.user = "u";
	login.secret = "\a";
	EXPECT(!log_in_as(play_incapable, NULL, &login, &err));
	EXPECT_NUMBER(err.kind, ERR_AUTH);
	EXPECT_PART(err.text, "AUTH SCRAM-SHA-1: ");
}

/* The answers of servers to a token that they refuse. */
static const struct {
	const char *name;
	const char *mechanism;
	struct peer_step steps[4];
	enum err_kind kind;
	int code;
	const char *text;
} refusals[] = {
	{ "XOAUTH2 wants an empty line",
	  "XOAUTH2",
	  { { AUTH_XOAUTH2,
	      "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21h"
	      "aWwuZXhhbXBsZS9vIn0=\r\n" },
	    { "\r\n", "535 5.7.8 refused\r\n" } },
	  ERR_AUTH,
	  535,
	  "AUTH XOAUTH2: the relay does not take the access token (status 400, scope "
	  "https://mail.example/o): 535 5.7.8 refused" },
	{ "OAUTHBEARER wants a control character",
	  "OAUTHBEARER",
	  { { AUTH_OAUTHBEARER, "334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\r\n" },
	    { "AQ==\r\n", "535 refused\r\n" } },
	  ERR_AUTH,
	  535,
	  "AUTH OAUTHBEARER: the relay does not take the access token (status invalid_token): 535 "
	  "refused" },
	{ "4xx after it",
	  "XOAUTH2",
	  { { AUTH_XOAUTH2, "334 e30=\r\n" }, { "\r\n", "454 4.7.0 later\r\n" } },
	  ERR_DEFER,
	  454,
	  "AUTH XOAUTH2: the relay does not take the access token ({}): 454 4.7.0 later" },
	{ "in after all",
	  "XOAUTH2",
	  { { AUTH_XOAUTH2, "334 e30=\r\n" }, { "\r\n", "235 ok\r\n" } },
	  ERR_PROTO,
	  0,
	  "AUTH XOAUTH2: the server let us in after it had refused the token" },
	{ "an empty message",
	  "XOAUTH2",
	  { { AUTH_XOAUTH2, "334 \r\n" }, { "\r\n", "235 ok\r\n" } },
	  ERR_AUTH,
	  0,
	  "AUTH XOAUTH2: the server let us in without proving that it knows the password" },
	{ "one message after the other",
	  "XOAUTH2",
	  { { AUTH_XOAUTH2, "334 e30=\r\n" },
	    { "\r\n", "334 e30=\r\n" },
	    { "*\r\n", "501 so be it\r\n" } },
	  ERR_PROTO,
	  0,
	  "AUTH XOAUTH2: the server continues after the end of the exchange" },
	{ "not base64",
	  "XOAUTH2",
	  { { AUTH_XOAUTH2, "334 {}\r\n" }, { "*\r\n", "501 so be it\r\n" } },
	  ERR_PROTO,
	  0,
	  "AUTH XOAUTH2: the server's challenge is not base64" },
	{ "refused at once",
	  "XOAUTH2",
	  { { AUTH_XOAUTH2, "535 5.7.8 refused\r\n" } },
	  ERR_AUTH,
	  535,
	  "AUTH XOAUTH2: 535 5.7.8 refused" },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < LENGTH(refusals); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;

		test_case("refusal/%s", refusals[i].name);
		EXPECT(!log_in(peer_play, refusals[i].steps, refusals[i].mechanism, "u", "p",
			       &err));
		EXPECT_NUMBER(err.kind, refusals[i].kind);
		EXPECT_NUMBER(err.code, refusals[i].code);
		EXPECT_TEXT(err.text, refusals[i].text);
		EXPECT(!err.code || atoi(err.text + strlen(err.text) - err.reply_len) == err.code);
	}
}

/* After a refused token another token can be tried on the same connection. */
static void test_second_token(void)
{
	static const struct peer_step steps[] = {
		{ AUTH_XOAUTH2, "334 e30=\r\n" },
		{ "\r\n", "535 5.7.8 refused\r\n" },
		{ "AUTH XOAUTH2 dXNlcj11AWF1dGg9QmVhcmVyIHEBAQ==\r\n", "235 ok\r\n" },
		{ 0 }
	};
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(settings_done) struct settings settings;
	CLEANUP(secret_done) struct secret secret = { 0 };
	CLEANUP(secret_done) struct secret other = { 0 };
	const struct login login = { "XOAUTH2", "u", "p", NULL, NULL };
	struct client client;
	struct peer peer;

	test_case("a second token");
	set_up(&settings, &secret, &login);
	secret_set(&other, "q", 1);
	client_init(&client, &settings, peer_start(&peer, peer_play, steps),
		    clock_after(PEER_SECONDS));
	EXPECT(!sasl_login(&client, "XOAUTH2", &secret, &err));
	EXPECT_NUMBER(err.kind, ERR_AUTH);
	EXPECT_NUMBER(err.code, 535);
	EXPECT(sasl_login(&client, "XOAUTH2", &other, &err));
	client_done(&client);
	peer_finish(&peer);
	peer_done(&peer);
}

static const struct {
	const char *name;
	const char *mechanism;
	const char *user;
	const char *token;
	const char *part;
} bad_tokens[] = {
	{ "empty", "XOAUTH2", "u", "", "empty" },
	{ "a blank", "XOAUTH2", "u", "to ken", "blank" },
	{ "a control character", "OAUTHBEARER", "u", "a\1auth=Bearer b", "control character" },
	{ "DEL", "OAUTHBEARER", "u", "xyz\x7f", "control character" },
	{ "a line end", "XOAUTH2", "u", "xyz\n", "control character" },
	{ "a control character in the name", "XOAUTH2", "u\1auth=", "xyz", "user name" },
	{ "a control character in the name, with a GS2 header", "OAUTHBEARER", "u\x1f", "xyz",
	  "user name" },
};

static void test_bad_tokens(void)
{
	for (size_t i = 0; i < LENGTH(bad_tokens); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;

		test_case("bad token/%s", bad_tokens[i].name);
		EXPECT(!log_in(peer_play, (const struct peer_step[]){ { 0 } },
			       bad_tokens[i].mechanism, bad_tokens[i].user, bad_tokens[i].token,
			       &err));
		EXPECT_NUMBER(err.kind, ERR_AUTH);
		EXPECT_PART(err.text, bad_tokens[i].part);
		EXPECT(!*bad_tokens[i].token || !strstr(err.text, bad_tokens[i].token));
	}
}

int main(void)
{
	test_begin("sasl");
	test_choice();
	test_needs();
	test_settings();
	test_rows();
	test_port_25();
	test_logging_in();
	test_wrong_password();
	test_external();
	test_dialogues();
	test_cheats();
	test_realm();
	test_length();
	test_substitutes();
	test_unknown();
	look_for_leaks(false);
	test_incapable();
	look_for_leaks(true);
	test_refusals();
	test_second_token();
	test_bad_tokens();
	test_every_login();
	return test_end();
}
