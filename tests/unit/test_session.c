/* test_session.c - setting up a session: each step with its refusals, and the end of a session */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "peer.h"

#include "base/clock.h"
#include "conf/keyring.h"
#include "conf/prompt.h"
#include "smtp/session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>

#define GREETING                                                                                   \
	{                                                                                          \
		NULL, "220 mx ESMTP\r\n"                                                           \
	}
#define EHLO "EHLO me.example\r\n"
#define HELO "HELO me.example\r\n"
#define QUIT                                                                                       \
	{                                                                                          \
		"QUIT\r\n", "221 bye\r\n"                                                          \
	}
#define OFFER "250-mx\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n"
/* joe with the password "pw", and with "typed" */
#define PLAIN       "AUTH PLAIN AGpvZQBwdw==\r\n"
#define PLAIN_TYPED "AUTH PLAIN AGpvZQB0eXBlZA==\r\n"

/* No desktop here, and a person who types always the same. */
static unsigned prompt_count;

/* The linker prefers these two to the functions of the library. */
bool keyring_find(const char *host, const char *user, bool may_ask, int64_t deadline,
		  struct secret *out)
{
	(void)host, (void)user, (void)may_ask, (void)deadline, (void)out;
	return false;
}

bool prompt_ask(const char *question, int64_t deadline, struct secret *out, struct err *err)
{
	(void)question, (void)deadline, (void)err;
	prompt_count++;
	secret_set(out, "typed", strlen("typed"));
	return true;
}

/* A relay at a port of this machine; `place` is its name in errors. */
struct relay {
	struct peer peer;
	int listener;
	int port;
	char *place;
};

/* Listens, and takes no connection yet. */
static void relay_listen(struct relay *relay)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;

	memset(relay, 0, sizeof *relay);
	relay->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(relay->listener >= 0 &&
	       bind(relay->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
	       listen(relay->listener, 5) == 0 &&
	       getsockname(relay->listener, (struct sockaddr *)&address, &len) == 0);
	relay->port = ntohs(address.sin_port);
	relay->place = str_format("127.0.0.1:%d", relay->port);
}

/* Exchanges the listener, which peer_run was given, for the first connection to it. */
static bool take_connection(struct peer *peer)
{
	const struct timeval patience = { .tv_sec = PEER_SECONDS };
	int fd = accept4(peer->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0) {
		peer_fail(peer, "no connection came");
		return false;
	}
	close(peer->fd);
	peer->fd = fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return true;
}

/* An answer: the relay closes the connection. */
static const char hang_up[] = "(hangs up)";

/* Plays a list of steps; the client must send nothing after them. */
static void accept_and_play(struct peer *peer)
{
	const struct peer_step *step = peer->arg;

	if (!take_connection(peer))
		return;
	for (; step->expect || step->send; step++) {
		if (step->expect && !peer_expect(peer, step->expect))
			return;
		if (step->send == hang_up || (step->send && !peer_send(peer, step->send)))
			return;
	}
	peer->arg = step;
	peer_play(peer);
}

static void relay_start(struct relay *relay, void (*script)(struct peer *peer), const void *arg)
{
	relay_listen(relay);
	peer_run(&relay->peer, relay->listener, script, arg);
	relay->listener = -1;
}

static bool relay_has_caller(const struct relay *relay)
{
	struct pollfd wait = { .fd = relay->listener, .events = POLLIN };

	return poll(&wait, 1, 0) > 0;
}

static void relay_stop(struct relay *relay)
{
	peer_done(&relay->peer);
	if (relay->listener >= 0)
		close(relay->listener);
	free(relay->place);
}

/* A session with a relay. */
struct scene {
	struct settings settings;
	struct relay relay;
	struct session session;
	struct err err;
};

static void set(struct scene *scene, const char *name, const char *value)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct origin origin = { .kind = ORIGIN_COMMAND_LINE, .is_explicit = true };

	EXPECT(settings_set_named(&scene->settings, name, value, &origin, &err));
	EXPECT_TEXT(err.text, NULL);
}

static void set_relay(struct scene *scene)
{
	CLEANUP(mem_free_at) char *port = str_format("%d", scene->relay.port);

	settings_init(&scene->settings);
	set(scene, "host", "127.0.0.1");
	set(scene, "port", port);
	set(scene, "domain", "me.example");
	prompt_count = 0;
}

static void begin_with(struct scene *scene, void (*script)(struct peer *), const void *arg)
{
	memset(scene, 0, sizeof *scene);
	relay_start(&scene->relay, script, arg);
	set_relay(scene);
}

static void begin(struct scene *scene, const struct peer_step *steps)
{
	begin_with(scene, accept_and_play, steps);
}

static void end(struct scene *scene)
{
	session_close(&scene->session);
	relay_stop(&scene->relay);
	settings_done(&scene->settings);
	err_done(&scene->err);
}

static bool open_session(struct scene *scene, enum login login)
{
	return session_open(&scene->session, &scene->settings, login, &scene->err);
}

/* The text with the relay's place instead of each @. */
static char *fill_in(const struct relay *relay, const char *text)
{
	struct str filled = STR_INIT;

	for (; *text; text++)
		if (*text == '@')
			str_add(&filled, relay->place);
		else
			str_add_char(&filled, *text);
	return str_take(&filled);
}

static void expect_error(const struct scene *scene, enum err_kind kind, const char *text)
{
	CLEANUP(mem_free_at) char *filled = text ? fill_in(&scene->relay, text) : NULL;

	EXPECT_NUMBER(scene->err.kind, kind);
	EXPECT_TEXT(scene->err.text, filled);
}

/* Greetings */

/* Greets with its argument, and agrees to all commands. */
static void greet_and_agree(struct peer *peer)
{
	if (!take_connection(peer) || !peer_send(peer, peer->arg))
		return;
	while (peer_take(peer))
		if (!peer_send(peer, *peer->packet.bytes == 'Q' ? "221 bye\r\n" : "250 mx\r\n"))
			return;
}

static enum err_kind kind_of_greeting(int code)
{
	return code == 220       ? ERR_NONE
	       : code / 100 == 4 ? ERR_DEFER
	       : code / 100 == 5 ? ERR_UNAVAILABLE
				 : ERR_PROTO;
}

static void test_greeting_codes(void)
{
	for (int code = 200; code < 560; code++) {
		CLEANUP(mem_free_at) char *sent = str_format("%d some words\r\n", code);
		CLEANUP(mem_free_at)
		char *text = str_format("@: %swaiting for the greeting: %d some words",
					code == 530 ? "the relay wants a login (set auth on and "
						      "user): "
						    : "",
					code);
		struct scene scene;
		test_case("greeting/%d", code);
		begin_with(&scene, greet_and_agree, sent);
		EXPECT(open_session(&scene, LOGIN_NONE) == (code == 220));
		expect_error(&scene, kind_of_greeting(code), code == 220 ? NULL : text);
		EXPECT_NUMBER(scene.err.code, code == 220 ? 0 : code);
		EXPECT_TEXT(scene.session.greeting, code == 220 ? "some words" : NULL);
		end(&scene);
	}
}

/* Steps */

/* What the relay says, how the session is opened, and the error. */
static const struct {
	const char *name;
	struct peer_step steps[6];
	enum login login;
	const char *settings[4][2];
	enum err_kind kind;
	int code;
	const char *text;
} cases[] = {
	/* Greeting */
	{ "greeting/another service",
	  { { NULL, "* OK IMAP4rev1 ready\r\n" } },
	  LOGIN_NONE,
	  { { 0 } },
	  ERR_PROTO,
	  0,
	  "@: waiting for the greeting: the server sent something that is no reply: \"* OK "
	  "IMAP4rev1 ready\"; this is the port of another service (IMAP): set port 587 or 465, and "
	  "host to the server for outgoing mail" },
	{ "greeting/none",
	  { { NULL, hang_up } },
	  LOGIN_NONE,
	  { { 0 } },
	  ERR_NET,
	  0,
	  "@: waiting for the greeting: the server closed the connection; if this port wants TLS "
	  "from the first byte, as 465 usually does, set tls on and tls_starttls off" },

	/* EHLO and HELO */
	{ "hello/EHLO",
	  { GREETING, { EHLO, "250 mx\r\n" }, QUIT },
	  LOGIN_NONE,
	  { { 0 } },
	  ERR_NONE,
	  0,
	  NULL },
	{ "hello/HELO after a refused EHLO",
	  { GREETING, { EHLO, "502 what?\r\n" }, { HELO, "250 mx\r\n" }, QUIT },
	  LOGIN_NONE,
	  { { 0 } },
	  ERR_NONE,
	  0,
	  NULL },
	{ "hello/both refused",
	  { GREETING, { EHLO, "550 go away\r\n" }, { HELO, "503 no\r\n" }, QUIT },
	  LOGIN_NONE,
	  { { 0 } },
	  ERR_UNAVAILABLE,
	  550,
	  "@: the relay does not take our name, me.example (set domain to this host's full name): "
	  "HELO was refused as well (503 no): introducing ourselves (EHLO): 550 go away" },
	{ "hello/deferred",
	  { GREETING, { EHLO, "451 later\r\n" }, QUIT },
	  LOGIN_NONE,
	  { { 0 } },
	  ERR_DEFER,
	  451,
	  "@: introducing ourselves (EHLO): 451 later" },
	{ "hello/HELO deferred",
	  { GREETING, { EHLO, "502 what?\r\n" }, { HELO, "451 later\r\n" }, QUIT },
	  LOGIN_NONE,
	  { { 0 } },
	  ERR_DEFER,
	  451,
	  "@: EHLO was refused (502 what?): introducing ourselves (HELO): 451 later" },
	{ "hello/no HELO with LMTP",
	  { GREETING, { "LHLO me.example\r\n", "502 what?\r\n" }, QUIT },
	  LOGIN_NONE,
	  { { "protocol", "lmtp" } },
	  ERR_UNAVAILABLE,
	  502,
	  "@: introducing ourselves (EHLO): 502 what?" },
	{ "hello/hung up",
	  { GREETING, { EHLO, hang_up } },
	  LOGIN_NONE,
	  { { 0 } },
	  ERR_NET,
	  0,
	  "@: introducing ourselves (EHLO): the server closed the connection" },

	/* TLS */
	{ "tls/not offered",
	  { GREETING, { EHLO, OFFER }, QUIT },
	  LOGIN_NONE,
	  { { "tls", "on" }, { "tls_certcheck", "off" } },
	  ERR_UNAVAILABLE,
	  0,
	  "@: the relay does not offer STARTTLS on this port (587 usually has it; on 465 set "
	  "tls_starttls off)" },
	{ "tls/not offered, and a password at hand",
	  { GREETING, { EHLO, OFFER }, QUIT },
	  LOGIN_ALONE,
	  { { "tls", "on" }, { "tls_certcheck", "off" }, { "auth", "on" }, { "password", "pw" } },
	  ERR_UNAVAILABLE,
	  0,
	  "@: the relay does not offer STARTTLS on this port (587 usually has it; on 465 set "
	  "tls_starttls off)" },
	{ "tls/not offered after HELO",
	  { GREETING, { EHLO, "502 what?\r\n" }, { HELO, "250 mx\r\n" }, QUIT },
	  LOGIN_NONE,
	  { { "tls", "on" }, { "tls_certcheck", "off" } },
	  ERR_UNAVAILABLE,
	  0,
	  "@: the relay does not offer STARTTLS on this port (587 usually has it; on 465 set "
	  "tls_starttls off)" },
	{ "tls/deferred",
	  { GREETING,
	    { EHLO, "250-mx\r\n250 STARTTLS\r\n" },
	    { "STARTTLS\r\n", "454 4.7.0 later\r\n" },
	    QUIT },
	  LOGIN_NONE,
	  { { "tls", "on" }, { "tls_certcheck", "off" } },
	  ERR_DEFER,
	  454,
	  "@: asking for TLS (STARTTLS): 454 4.7.0 later" },
	{ "tls/offered and not wanted",
	  { GREETING, { EHLO, "250-mx\r\n250 STARTTLS\r\n" }, QUIT },
	  LOGIN_NONE,
	  { { "tls", "off" } },
	  ERR_NONE,
	  0,
	  NULL },

	/* Login */
	{ "login/good",
	  { GREETING, { EHLO, OFFER }, { PLAIN, "235 welcome\r\n" }, QUIT },
	  LOGIN_ALONE,
	  { { "auth", "on" }, { "password", "pw" } },
	  ERR_NONE,
	  0,
	  NULL },
	{ "login/not wanted by this call",
	  { GREETING, { EHLO, OFFER }, QUIT },
	  LOGIN_NONE,
	  { { "auth", "on" }, { "password", "pw" } },
	  ERR_NONE,
	  0,
	  NULL },
	{ "login/not wanted by the settings",
	  { GREETING, { EHLO, OFFER }, QUIT },
	  LOGIN_ASKING,
	  { { "auth", "off" }, { "password", "pw" } },
	  ERR_NONE,
	  0,
	  NULL },
	{ "login/not offered",
	  { GREETING, { EHLO, "250 mx\r\n" }, QUIT },
	  LOGIN_ALONE,
	  { { "auth", "on" }, { "password", "pw" } },
	  ERR_UNAVAILABLE,
	  0,
	  "@: the relay does not offer AUTH; if it needs no login, set auth off" },
	{ "login/not offered before TLS",
	  { GREETING, { EHLO, "250-mx\r\n250 STARTTLS\r\n" }, QUIT },
	  LOGIN_ALONE,
	  { { "auth", "on" }, { "password", "pw" } },
	  ERR_UNAVAILABLE,
	  0,
	  "@: the relay does not offer AUTH before TLS has begun; set tls on" },
	{ "login/not that mechanism",
	  { GREETING, { EHLO, OFFER }, QUIT },
	  LOGIN_ALONE,
	  { { "auth", "LOGIN" }, { "password", "pw" } },
	  ERR_UNAVAILABLE,
	  0,
	  "@: the relay does not offer LOGIN, but: PLAIN; set auth to one of these, or on" },
	{ "login/refused",
	  { GREETING, { EHLO, OFFER }, { PLAIN, "535 5.7.8 wrong\r\n" }, QUIT },
	  LOGIN_ALONE,
	  { { "auth", "on" }, { "password", "pw" } },
	  ERR_AUTH,
	  535,
	  "@: AUTH PLAIN: 535 5.7.8 wrong" },
	{ "login/deferred",
	  { GREETING, { EHLO, OFFER }, { PLAIN, "454 4.7.0 later\r\n" }, QUIT },
	  LOGIN_ALONE,
	  { { "auth", "on" }, { "password", "pw" } },
	  ERR_DEFER,
	  454,
	  "@: AUTH PLAIN: 454 4.7.0 later" },
	{ "login/a password that was typed",
	  { GREETING, { EHLO, OFFER }, { PLAIN_TYPED, "235 welcome\r\n" }, QUIT },
	  LOGIN_ASKING,
	  { { "auth", "on" } },
	  ERR_NONE,
	  0,
	  NULL },
	{ "login/a password that is set is not asked for",
	  { GREETING, { EHLO, OFFER }, { PLAIN, "235 welcome\r\n" }, QUIT },
	  LOGIN_ASKING,
	  { { "auth", "on" }, { "password", "pw" } },
	  ERR_NONE,
	  0,
	  NULL },
};

static void test_steps(void)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct scene scene;
		test_case("%s", cases[i].name);
		begin(&scene, cases[i].steps);
		set(&scene, "user", "joe");
		for (size_t k = 0; k < 4 && cases[i].settings[k][0]; k++)
			set(&scene, cases[i].settings[k][0], cases[i].settings[k][1]);
		EXPECT(open_session(&scene, cases[i].login) == (cases[i].kind == ERR_NONE));
		expect_error(&scene, cases[i].kind, cases[i].text);
		EXPECT_NUMBER(scene.err.code, cases[i].code);
		EXPECT_TEXT(scene.session.where,
			    cases[i].kind == ERR_NONE ? scene.relay.place : NULL);
		EXPECT(scene.session.is_set_up == (cases[i].kind == ERR_NONE));
		EXPECT_NUMBER(prompt_count, strstr(cases[i].name, "typed") ? 1 : 0);
		end(&scene);
	}
}

/* Logins that fail before the relay is called. */
static const struct {
	const char *name;
	enum login login;
	const char *settings[3][2];
	enum err_kind kind;
	const char *text;
} uncalled[] = {
	{ "no user", LOGIN_ALONE, { { "auth", "on" } }, ERR_AUTH, "@: no user name: set user" },
	{ "no password",
	  LOGIN_ALONE,
	  { { "auth", "on" }, { "user", "joe" } },
	  ERR_AUTH,
	  "@: no password for user joe at 127.0.0.1: " },
	{ "a command for the password fails",
	  LOGIN_ASKING,
	  { { "auth", "on" }, { "user", "joe" }, { "passwordeval", "exit 75" } },
	  ERR_DEFER,
	  "@: passwordeval: the command has no answer for now" },
	{ "no TLS to another machine",
	  LOGIN_ALONE,
	  { { "auth", "on" }, { "user", "joe" }, { "host", "mx.example" } },
	  ERR_CONFIG,
	  ": credentials are sent over verified TLS only; set tls on" },
	{ "a private key that is missing",
	  LOGIN_NONE,
	  { { "tls", "on" }, { "tls_cert_file", "/nowhere/c" }, { "tls_key_file", "/nowhere/k" } },
	  ERR_NOINPUT,
	  "/nowhere/" },
};

static void test_uncalled(void)
{
	for (size_t i = 0; i < LENGTH(uncalled); i++) {
		struct scene scene = { 0 };
		test_case("not called/%s", uncalled[i].name);
		relay_listen(&scene.relay);
		set_relay(&scene);
		for (size_t k = 0; k < 3 && uncalled[i].settings[k][0]; k++)
			set(&scene, uncalled[i].settings[k][0], uncalled[i].settings[k][1]);
		CLEANUP(mem_free_at) char *part = fill_in(&scene.relay, uncalled[i].text);
		EXPECT(!open_session(&scene, uncalled[i].login));
		EXPECT_NUMBER(scene.err.kind, uncalled[i].kind);
		EXPECT_PART(scene.err.text, part);
		EXPECT(!relay_has_caller(&scene.relay));
		EXPECT_NUMBER(prompt_count, 0);
		end(&scene);
	}
}

static void test_no_relay(void)
{
	struct scene scene = { 0 };

	test_case("no relay there");
	relay_listen(&scene.relay);
	set_relay(&scene);
	close(scene.relay.listener);
	scene.relay.listener = -1;
	EXPECT(!open_session(&scene, LOGIN_NONE));
	expect_error(&scene, ERR_NET, "@: cannot connect: Connection refused");
	EXPECT(!scene.session.where && !scene.session.settings);
	end(&scene);
}

/* Extensions */

static const struct peer_step offered[] = { GREETING, { EHLO, OFFER }, QUIT, { NULL, NULL } };

static void test_avoided(void)
{
	static const unsigned all = CAP_PIPELINING | CAP_CHUNKING | CAP_AUTH | CAP_8BITMIME;
	static const struct {
		const char *name;
		unsigned avoid;
		const char *ignored;
		unsigned left;
	} avoided[] = {
		{ "nothing", 0, NULL, CAP_PIPELINING | CAP_CHUNKING | CAP_AUTH | CAP_8BITMIME },
		{ "one", CAP_CHUNKING, NULL, CAP_PIPELINING | CAP_AUTH | CAP_8BITMIME },
		{ "all", ~0U, NULL, 0 },
		{ "beside a setting", CAP_CHUNKING, "PIPELINING", CAP_AUTH | CAP_8BITMIME },
	};

	for (size_t i = 0; i < LENGTH(avoided); i++) {
		struct scene scene;
		test_case("avoided/%s", avoided[i].name);
		begin(&scene, offered);
		if (avoided[i].ignored)
			set(&scene, "ignore_extensions", avoided[i].ignored);
		EXPECT(session_open_without(&scene.session, &scene.settings, LOGIN_NONE,
					    avoided[i].avoid, &scene.err));
		EXPECT_NUMBER(scene.session.client.can.has & all, avoided[i].left);
		EXPECT_NUMBER(scene.session.avoid, avoided[i].avoid);
		end(&scene);
	}
}

/* The end */

static void test_usable(void)
{
	struct scene scene;

	test_case("usable/after it was opened");
	begin(&scene, offered);
	EXPECT(open_session(&scene, LOGIN_NONE));
	EXPECT(session_is_usable(&scene.session) && !session_is_over(&scene.session));
	test_case("usable/any number of messages");
	scene.session.mails = 1000000;
	EXPECT(session_is_usable(&scene.session));
	test_case("usable/the relay's limit of messages");
	scene.session.client.can.mail_max = 3;
	scene.session.mails = 2;
	EXPECT(session_is_usable(&scene.session));
	scene.session.mails = 3;
	EXPECT(!session_is_usable(&scene.session) && !session_is_over(&scene.session));
	end(&scene);
}

static void test_over(void)
{
	struct scene scene;

	test_case("over/QUIT was sent, and is not sent again");
	begin(&scene, offered);
	EXPECT(open_session(&scene, LOGIN_NONE));
	client_gather_quit(&scene.session.client);
	client_send_end(&scene.session.client);
	EXPECT(session_is_over(&scene.session) && !session_is_usable(&scene.session));
	end(&scene);

	test_case("over/the connection was lost");
	begin(&scene, (const struct peer_step[]){
			      GREETING, { EHLO, OFFER }, { "RSET\r\n", NULL }, { NULL, NULL } });
	EXPECT(open_session(&scene, LOGIN_NONE));
	shutdown(scene.session.client.stream.fd, SHUT_RD);
	EXPECT(!client_reset(&scene.session.client, &scene.err));
	EXPECT(session_is_over(&scene.session) && !session_is_usable(&scene.session));
	session_wrap(&scene.session, &scene.err);
	expect_error(&scene, ERR_NET, "@: resetting the session: the server closed the connection");
	end(&scene);
}

static void test_abandon(void)
{
	struct scene scene;

	test_case("abandon/nothing is sent");
	begin(&scene, (const struct peer_step[]){ GREETING, { EHLO, OFFER }, { NULL, NULL } });
	EXPECT(open_session(&scene, LOGIN_NONE));
	session_abandon(&scene.session);
	EXPECT(session_is_over(&scene.session) && !session_is_usable(&scene.session));
	end(&scene);

	test_case("close/nothing is sent in the middle of a content");
	begin(&scene, (const struct peer_step[]){ GREETING, { EHLO, OFFER }, { NULL, NULL } });
	EXPECT(open_session(&scene, LOGIN_NONE));
	scene.session.leftover = LEFTOVER_CONTENT;
	session_close(&scene.session);
	EXPECT(!scene.session.where && !scene.session.greeting && !scene.session.is_set_up);
	end(&scene);
}

/* Deadlines */

/* Says its argument ten times a second, as long as the client listens; an empty one: nothing. */
static void drip(struct peer *peer)
{
	const char *drop = peer->arg;

	if (!take_connection(peer))
		return;
	if (!*drop)
		(void)peer_take(peer);
	for (int i = 0; *drop && i < 10 * PEER_SECONDS; i++) {
		if (send(peer->fd, drop, strlen(drop), MSG_NOSIGNAL) < 0)
			return;
		usleep(100000);
	}
}

static void test_deadlines(void)
{
	static const struct {
		const char *name, *drop, *setting, *text;
	} drips[] = {
		{ "a silent relay", "", "timeout",
		  "@: waiting for the greeting: timed out; if this port wants TLS from the first "
		  "byte, as 465 usually does, set tls on and tls_starttls off" },
		{ "a relay without a line end", "2", "timeout",
		  "@: waiting for the greeting: timed out" },
		{ "the session", "2", "session_timeout",
		  "@: waiting for the greeting: the session took longer than session_timeout" },
	};

	for (size_t i = 0; i < LENGTH(drips); i++) {
		struct scene scene;
		int64_t start = clock_now();
		test_case("deadline/%s", drips[i].name);
		begin_with(&scene, drip, drips[i].drop);
		set(&scene, drips[i].setting, "1");
		EXPECT(!open_session(&scene, LOGIN_NONE));
		expect_error(&scene, ERR_NET, drips[i].text);
		EXPECT(clock_now() - start >= 1000 && clock_now() - start < TEST_PATIENCE);
		end(&scene);
	}
}

/* Another relay */

/* The first relay's words, and whether the second one is called; it agrees to all. */
static const struct {
	const char *name;
	struct peer_step steps[5];
	bool is_next;
	enum err_kind kind;
} fallbacks[] = {
	{ "refused at the greeting", { { NULL, "554 no\r\n" }, QUIT }, true, ERR_NONE },
	{ "deferred at the greeting", { { NULL, "421 busy\r\n" }, QUIT }, true, ERR_NONE },
	{ "nonsense", { { NULL, "what?\r\n" } }, true, ERR_NONE },
	{ "hung up", { { NULL, hang_up } }, true, ERR_NONE },
	{ "deferred at the login",
	  { GREETING, { EHLO, OFFER }, { PLAIN, "454 later\r\n" }, QUIT },
	  true,
	  ERR_NONE },
	{ "refused at the login",
	  { GREETING, { EHLO, OFFER }, { PLAIN, "535 no\r\n" }, QUIT },
	  false,
	  ERR_AUTH },
	{ "another password wanted",
	  { GREETING, { EHLO, OFFER }, { PLAIN, "432 change it\r\n" }, QUIT },
	  false,
	  ERR_DEFER },
	{ "no login", { GREETING, { EHLO, "250 mx\r\n" }, QUIT }, false, ERR_UNAVAILABLE },
};

static const struct peer_step second_steps[] = {
	GREETING, { EHLO, OFFER }, { PLAIN, "235 welcome\r\n" }, QUIT, { NULL, NULL }
};

static void test_fallback(void)
{
	for (size_t i = 0; i < LENGTH(fallbacks); i++) {
		struct scene scene;
		struct relay second = { .listener = -1 };
		test_case("fallback/%s", fallbacks[i].name);
		begin(&scene, fallbacks[i].steps);
		if (fallbacks[i].is_next)
			relay_start(&second, accept_and_play, second_steps);
		else
			relay_listen(&second);
		set(&scene, "host_fallback", second.place);
		set(&scene, "auth", "on");
		set(&scene, "user", "joe");
		set(&scene, "password", "pw");
		EXPECT(open_session(&scene, LOGIN_ALONE) == fallbacks[i].is_next);
		EXPECT_NUMBER(scene.err.kind, fallbacks[i].kind);
		EXPECT_TEXT(scene.session.where, fallbacks[i].is_next ? second.place : NULL);
		EXPECT(fallbacks[i].is_next || !relay_has_caller(&second));
		end(&scene);
		relay_stop(&second);
	}
}

static void test_all_fail(void)
{
	static const struct peer_step refuses[] = { { NULL, "554 no\r\n" }, QUIT, { NULL, NULL } };
	static const struct peer_step defers[] = { { NULL, "450 later\r\n" },
						   QUIT,
						   { NULL, NULL } };
	struct scene scene;
	struct relay second;

	test_case("fallback/all failures are told, and the temporary one decides");
	begin(&scene, refuses);
	relay_start(&second, accept_and_play, defers);
	set(&scene, "host_fallback", second.place);
	EXPECT(!open_session(&scene, LOGIN_NONE));
	CLEANUP(mem_free_at)
	char *text = str_format("@: waiting for the greeting: 554 no; %s: waiting for the "
				"greeting: 450 later",
				second.place);
	expect_error(&scene, ERR_DEFER, text);
	EXPECT_NUMBER(scene.err.code, 450);
	end(&scene);
	relay_stop(&second);
}

int main(void)
{
	test_begin("session");
	test_greeting_codes();
	test_steps();
	test_uncalled();
	test_no_relay();
	test_avoided();
	test_usable();
	test_over();
	test_abandon();
	test_deadlines();
	test_fallback();
	test_all_fail();
	return test_end();
}
