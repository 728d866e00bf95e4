/* test_client.c - the commands of SMTP and LMTP, against a server that plays a script */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "peer.h"

#include "base/clock.h"
#include "base/fs.h"
#include "smtp/hello.h"

#include <stdlib.h>

#define HELLO             "EHLO me.example\r\n"
#define OFFERS_PIPELINING "250-mx\r\n250 PIPELINING\r\n"
#define PLAY(...)                                                                                  \
	(const struct peer_step[])                                                                 \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			NULL, NULL                                                                 \
		}                                                                                  \
	}

/* A client, its server, and one transaction. */
struct scene {
	struct settings settings;
	struct peer peer;
	struct client client;
	struct envelope envelope;
	struct message message;
	struct wire wire;
	struct err mail;
	struct err data;
	struct err err;
};

static void begin_with(struct scene *scene, void (*script)(struct peer *), const void *arg)
{
	memset(scene, 0, sizeof *scene);
	settings_init(&scene->settings);
	free(scene->settings.domain);
	scene->settings.domain = mem_copy("me.example");
	envelope_init(&scene->envelope);
	scene->envelope.sender = mem_copy("a@a.example");
	message_init(&scene->message);
	client_init(&scene->client, &scene->settings, peer_start(&scene->peer, script, arg),
		    clock_after(PEER_SECONDS));
}

static void begin(struct scene *scene, const struct peer_step *steps)
{
	begin_with(scene, peer_play, steps);
}

/* After this the test can look at the content that the server has gathered. */
static void hang_up(struct scene *scene)
{
	client_done(&scene->client);
	peer_finish(&scene->peer);
}

static void end(struct scene *scene)
{
	hang_up(scene);
	peer_done(&scene->peer);
	envelope_done(&scene->envelope);
	wire_close(&scene->wire);
	message_done(&scene->message);
	settings_done(&scene->settings);
	err_done(&scene->mail);
	err_done(&scene->data);
	err_done(&scene->err);
}

static void add_recipients(struct scene *scene, size_t count)
{
	for (size_t i = 0; i < count; i++)
		envelope_add(&scene->envelope, str_format("r%zu@b.example", i));
}

/* Makes the message: a header of one field, and this body. */
static void make_message(struct scene *scene, const char *body, size_t len)
{
	CLEANUP(fs_close_at) int fd = fs_open_nameless(NULL, &scene->err);

	EXPECT(fs_pwrite_all(fd, "X: y\n\n", 6, 0) && fs_pwrite_all(fd, body, len, 6));
	EXPECT(message_read(&scene->message, fd, &scene->err));
	EXPECT(message_complete(&scene->message, &scene->message.given, &scene->err));
}

static bool hello(struct scene *scene)
{
	return hello_say(&scene->client, &scene->err);
}

/* MAIL, RCPT for all recipients, DATA, and their replies. */
static bool offer(struct scene *scene)
{
	struct client *client = &scene->client;
	struct envelope *envelope = &scene->envelope;

	if (!client_mail(client, envelope, &scene->wire, &scene->mail, &scene->err))
		return false;
	for (size_t i = 0; i < envelope->count; i++)
		if (!client_rcpt(client, &envelope->recipients[i], &scene->err))
			return false;
	return client_data(client, &scene->data, &scene->err) &&
	       client_collect(client, &scene->err);
}

static bool open_wire(struct scene *scene)
{
	return wire_open(&scene->wire, &scene->message, RELAY_8BIT | RELAY_UTF8, &scene->err);
}

/* The content and the final dot, which have not left as a whole. */
static bool write_content(struct scene *scene)
{
	return open_wire(scene) && client_content(&scene->client, &scene->wire, &scene->err) &&
	       client_end(&scene->client, &scene->envelope, &scene->data, &scene->err);
}

/* Sends the content, followed by QUIT if possible, and reads the verdict. */
static bool send_content(struct scene *scene)
{
	if (!write_content(scene))
		return false;
	client_gather_quit(&scene->client);
	client_send_end(&scene->client);
	return client_verdict(&scene->client, &scene->envelope, &scene->err);
}

static void test_greeting(void)
{
	static const struct {
		const char *sent;
		enum err_kind kind;
		const char *part;
	} greetings[] = {
		{ "220 mx ESMTP\r\n", ERR_NONE, NULL },
		{ "220 mx\n", ERR_NONE, NULL },
		{ "220-mx\r\n220 ready\r\n", ERR_NONE, NULL },
		{ "554 5.7.1 go away\r\n", ERR_UNAVAILABLE,
		  "waiting for the greeting: 554 5.7.1 go away" },
		{ "421 busy\r\n", ERR_DEFER, "421 busy" },
		{ "SSH-2.0-x\r\n", ERR_PROTO, "SSH-2.0-x" },
		{ "220", ERR_NET, "waiting for the greeting: " },
	};

	for (size_t i = 0; i < LENGTH(greetings); i++) {
		struct scene scene;
		const char *sent = greetings[i].sent;
		/* The last command ends within a line: the server waits until the client closes. */
		test_case("greeting/%zu/%s", i, sent);
		begin(&scene, PLAY({ NULL, sent }));
		if (!strchr(sent, '\n'))
			shutdown(scene.client.stream.fd, SHUT_WR);
		EXPECT_NUMBER(client_greeting(&scene.client, &scene.err),
			      greetings[i].kind == ERR_NONE);
		EXPECT_NUMBER(scene.err.kind, greetings[i].kind);
		if (greetings[i].part)
			EXPECT_PART(scene.err.text, greetings[i].part);
		end(&scene);
	}
}

static void test_line_too_long(void)
{
	struct scene scene;
	CLEANUP(str_done) struct str line = STR_INIT;

	str_add(&line, "220 ");
	while (line.len < STREAM_LINE_MAX + 1)
		str_add_char(&line, 'x');
	test_case("a line of the server's has a limit");
	begin(&scene, PLAY({ NULL, line.bytes }));
	EXPECT(!client_greeting(&scene.client, &scene.err));
	EXPECT_NUMBER(scene.err.kind, ERR_PROTO);
	end(&scene);
}

static void test_hello(void)
{
	struct scene scene;

	test_case("EHLO reads the capabilities");
	begin(&scene, PLAY({ HELLO, "250-mx\r\n250-SIZE 1000\r\n250 AUTH PLAIN\r\n" }));
	EXPECT(hello(&scene));
	EXPECT_NUMBER(scene.client.can.has, CAP_SIZE | CAP_AUTH);
	EXPECT_NUMBER(scene.client.can.size_limit, 1000);
	end(&scene);

	test_case("HELO where EHLO is refused, without capabilities");
	begin(&scene,
	      PLAY({ HELLO, "502 what?\r\n" }, { "HELO me.example\r\n", "250-mx\r\n250 DSN\r\n" }));
	EXPECT(hello(&scene));
	EXPECT_NUMBER(scene.client.can.has, 0);
	end(&scene);

	test_case("HELO refused, too");
	begin(&scene, PLAY({ HELLO, "502 what?\r\n" }, { "HELO me.example\r\n", "550 no\r\n" }));
	EXPECT(!hello(&scene));
	EXPECT_NUMBER(scene.err.kind, ERR_UNAVAILABLE);
	EXPECT_TEXT(scene.err.text,
		    "the relay does not take our name, me.example (set domain to this host's full "
		    "name): "
		    "HELO was refused as well (550 no): introducing ourselves (EHLO): 502 what?");
	end(&scene);

	test_case("no HELO after a temporary refusal");
	begin(&scene, PLAY({ HELLO, "421 later\r\n" }));
	EXPECT(!hello(&scene));
	EXPECT_NUMBER(scene.err.kind, ERR_DEFER);
	end(&scene);

	test_case("LHLO, and no HELO behind it");
	begin(&scene, PLAY({ "LHLO me.example\r\n", "500 what?\r\n" }));
	scene.settings.protocol = PROTOCOL_LMTP;
	EXPECT(!hello(&scene));
	EXPECT_NUMBER(scene.err.kind, ERR_UNAVAILABLE);
	end(&scene);
}

static void test_pipelining(void)
{
	struct scene scene;

	test_case("a transaction leaves in one write");
	begin(&scene, PLAY({ HELLO, OFFERS_PIPELINING },
			   { "MAIL FROM:<a@a.example>\r\nRCPT TO:<r0@b.example>\r\n"
			     "RCPT TO:<r1@b.example>\r\nDATA\r\n",
			     "250 ok\r\n250 ok\r\n251 ok\r\n354 go\r\n" }));
	add_recipients(&scene, 2);
	EXPECT(hello(&scene) && offer(&scene));
	EXPECT_NUMBER(envelope_count_accepted(&scene.envelope), 2);
	EXPECT_NUMBER(scene.client.reply.code, 354);
	end(&scene);

	test_case("without PIPELINING each command waits for its reply");
	begin(&scene,
	      PLAY({ HELLO, "250 mx\r\n" }, { "MAIL FROM:<a@a.example>\r\n", "250 ok\r\n" },
		   { "RCPT TO:<r0@b.example>\r\n", "250 ok\r\n" },
		   { "RCPT TO:<r1@b.example>\r\n", "250 ok\r\n" }, { "DATA\r\n", "354 go\r\n" }));
	add_recipients(&scene, 2);
	EXPECT(hello(&scene) && offer(&scene));
	EXPECT_NUMBER(envelope_count_accepted(&scene.envelope), 2);
	end(&scene);

	test_case("each result goes to its recipient");
	begin(&scene, PLAY({ HELLO, OFFERS_PIPELINING },
			   { "MAIL FROM:<a@a.example>\r\nRCPT TO:<r0@b.example>\r\n"
			     "RCPT TO:<r1@b.example>\r\nRCPT TO:<r2@b.example>\r\nDATA\r\n",
			     "250 ok\r\n550 5.1.1 who?\r\n250 ok\r\n450 later\r\n354 go\r\n" }));
	add_recipients(&scene, 3);
	EXPECT(hello(&scene) && offer(&scene));
	const struct recipient *r = scene.envelope.recipients;
	EXPECT(!r[0].is_accepted && r[1].is_accepted && !r[2].is_accepted);
	EXPECT_NUMBER(r[0].err.kind, ERR_REJECT);
	EXPECT_NUMBER(r[0].err.code, 550);
	EXPECT_TEXT(r[0].err.enhanced, "5.1.1");
	EXPECT_TEXT(r[0].err.text, "naming the recipient: 550 5.1.1 who?");
	EXPECT_NUMBER(r[1].err.kind, ERR_NONE);
	EXPECT_NUMBER(r[2].err.kind, ERR_DEFER);
	EXPECT_NUMBER(scene.mail.kind, ERR_NONE);
	end(&scene);

	test_case("a refused sender is the transaction's result");
	begin(&scene, PLAY({ HELLO, OFFERS_PIPELINING },
			   { "MAIL FROM:<a@a.example>\r\nRCPT TO:<r0@b.example>\r\nDATA\r\n",
			     "530 5.7.0 log in\r\n503 no MAIL\r\n503 no RCPT\r\n" }));
	add_recipients(&scene, 1);
	EXPECT(hello(&scene) && offer(&scene));
	EXPECT_NUMBER(scene.mail.kind, ERR_AUTH);
	EXPECT_TEXT(scene.mail.text, "the relay wants a login (set tls on, auth on and user): "
				     "naming the sender: 530 5.7.0 log in");
	EXPECT_NUMBER(scene.data.kind, ERR_REJECT);
	end(&scene);
}

static void test_end_in_group(void)
{
	static const struct {
		const char *name;
		const char *sent;
		enum err_kind kind;
		const char *part;
	} endings[] = {
		{ "421 in the middle", "250 ok\r\n421 4.3.2 closing\r\n", ERR_DEFER,
		  "naming the recipient: 421 4.3.2 closing" },
		{ "421 to MAIL", "421 closing\r\n", ERR_DEFER, "naming the sender: 421 closing" },
		{ "no reply", "250 ok\r\nwhat\r\n", ERR_PROTO, "naming the recipient: " },
		{ "two codes", "250 ok\r\n250-ok\r\n251 ok\r\n", ERR_PROTO, "two codes" },
	};

	for (size_t i = 0; i < LENGTH(endings); i++) {
		struct scene scene;

		test_case("group/%s", endings[i].name);
		begin(&scene, PLAY({ HELLO, OFFERS_PIPELINING },
				   { "MAIL FROM:<a@a.example>\r\nRCPT TO:<r0@b.example>\r\n"
				     "RCPT TO:<r1@b.example>\r\nDATA\r\n",
				     endings[i].sent }));
		add_recipients(&scene, 2);
		EXPECT(hello(&scene) && !offer(&scene));
		EXPECT_NUMBER(scene.err.kind, endings[i].kind);
		EXPECT_PART(scene.err.text, endings[i].part);
		EXPECT_NUMBER(envelope_count_accepted(&scene.envelope), 0);
		client_quit(&scene.client); /* says nothing: the peer would complain */
		end(&scene);
	}
}

static void hang_up_in_group(struct peer *peer)
{
	if (peer_expect(peer, HELLO) && peer_send(peer, OFFERS_PIPELINING) && peer_take(peer))
		peer_send(peer, "250 ok\r\n");
}

static void test_lost_in_group(void)
{
	struct scene scene;

	test_case("group/connection lost");
	begin_with(&scene, hang_up_in_group, NULL);
	add_recipients(&scene, 2);
	EXPECT(hello(&scene) && !offer(&scene));
	EXPECT_NUMBER(scene.err.kind, ERR_NET);
	EXPECT_TEXT(scene.err.text, "naming the recipient: the server closed the connection");
	end(&scene);
}

static const struct {
	const char *name;
	const char *offers;
	const char *recipient;
	const char *ret;
	const char *envid;
	const char *notify;
	const char *orcpt;
	bool is_8bit;
	const char *mail;
	const char *rcpt;
} parameters[] = {
	{ "nothing is offered", "250 mx\r\n", "b@b.example", "FULL", "e1", "NEVER",
	  "rfc822;b@b.example", true, "MAIL FROM:<a@a.example>\r\n", "RCPT TO:<b@b.example>\r\n" },
	{ "all", "250-mx\r\n250-SIZE\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN\r\n",
	  "b\xc3\xbc@b.example", "HDRS", "e1", "FAILURE,DELAY", "utf-8;b", true,
	  "MAIL FROM:<a@a.example> SIZE=1234 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=e1\r\n",
	  "RCPT TO:<b\xc3\xbc@b.example> NOTIFY=FAILURE,DELAY ORCPT=utf-8;b\r\n" },
	{ "nothing is needed", "250-mx\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN\r\n",
	  "b@b.example", NULL, NULL, NULL, NULL, false, "MAIL FROM:<a@a.example>\r\n",
	  "RCPT TO:<b@b.example>\r\n" },
	{ "size", "250-mx\r\n250 SIZE 5000\r\n", "b@b.example", NULL, NULL, NULL, NULL, false,
	  "MAIL FROM:<a@a.example> SIZE=1234\r\n", "RCPT TO:<b@b.example>\r\n" },
	{ "notify alone", "250-mx\r\n250 DSN\r\n", "b@b.example", NULL, NULL, "SUCCESS", NULL,
	  false, "MAIL FROM:<a@a.example>\r\n", "RCPT TO:<b@b.example> NOTIFY=SUCCESS\r\n" },
};

static char *copy_or_null(const char *text)
{
	return text ? mem_copy(text) : NULL;
}

static void test_parameters(void)
{
	for (size_t i = 0; i < LENGTH(parameters); i++) {
		struct scene scene;

		test_case("parameters/%s", parameters[i].name);
		begin(&scene,
		      PLAY({ HELLO, parameters[i].offers }, { parameters[i].mail, "250 ok\r\n" },
			   { parameters[i].rcpt, "250 ok\r\n" }, { "DATA\r\n", "354 go\r\n" }));
		envelope_add(&scene.envelope, mem_copy(parameters[i].recipient));
		scene.wire.size = 1234;
		scene.wire.is_8bit = parameters[i].is_8bit;
		scene.envelope.ret = copy_or_null(parameters[i].ret);
		scene.envelope.envid = copy_or_null(parameters[i].envid);
		scene.envelope.recipients[0].notify = copy_or_null(parameters[i].notify);
		scene.envelope.recipients[0].orcpt = copy_or_null(parameters[i].orcpt);
		EXPECT(hello(&scene) && offer(&scene));
		end(&scene);
	}
}

static void test_null_sender(void)
{
	struct scene scene;

	test_case("the null sender");
	begin(&scene, PLAY({ "MAIL FROM:<>\r\n", "250 ok\r\n" }, { "DATA\r\n", "354 go\r\n" }));
	scene.envelope.sender[0] = '\0';
	EXPECT(offer(&scene));
	end(&scene);
}

static size_t count_lines(const struct str *text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text->len; i++)
		lines += text->bytes[i] == '\n';
	return lines;
}

/* Answers each group, and fails for a group that has too many commands. */
static void answer_groups(struct peer *peer)
{
	bool is_data = false;

	if (!peer_expect(peer, HELLO) || !peer_send(peer, OFFERS_PIPELINING))
		return;
	while (!is_data && peer_take(peer)) {
		CLEANUP(str_done) struct str replies = STR_INIT;
		size_t commands = count_lines(&peer->packet);
		is_data = strstr(peer->packet.bytes, "DATA\r\n") != NULL;
		for (size_t i = 0; i < commands; i++)
			str_add(&replies,
				is_data && i + 1 == commands ? "354 go\r\n" : "250 ok\r\n");
		if (commands > CLIENT_UNANSWERED_MAX)
			peer_fail(peer, "%zu commands are unanswered", commands);
		str_addf(&peer->content, " %zu", commands);
		if (!peer_send(peer, replies.bytes))
			return;
	}
}

static void test_unanswered(void)
{
	struct scene scene;

	test_case("the number of unanswered commands is bounded");
	begin_with(&scene, answer_groups, NULL);
	add_recipients(&scene, 250);
	EXPECT(hello(&scene) && offer(&scene));
	EXPECT_NUMBER(envelope_count_accepted(&scene.envelope), 250);
	hang_up(&scene);
	EXPECT_TEXT(scene.peer.content.bytes, " 100 100 52");
	end(&scene);
}

/* Whether the received content, without stuffed dots and the last line, is the message. */
static bool is_unstuffed(const struct str *content, const struct str *message)
{
	CLEANUP(str_done) struct str plain = STR_INIT;
	size_t len = content->len - 3;

	for (size_t i = 0; i < len; i++) {
		bool is_line_start = i == 0 || content->bytes[i - 1] == '\n';
		if (!is_line_start || content->bytes[i] != '.')
			str_add_char(&plain, content->bytes[i]);
		else if (content->bytes[i + 1] != '.')
			return false;
	}
	return plain.len == message->len && memcmp(plain.bytes, message->bytes, plain.len) == 0;
}

static void take_message(struct peer *peer)
{
	if (peer_take_content(peer, "\r\n.\r\n"))
		peer_send(peer, "250 taken\r\n");
}

/* Sends a body with LF line ends, and compares the received content. */
static void expect_intact(const struct str *body)
{
	CLEANUP(str_done) struct str whole = STR_INIT;
	struct scene scene;

	str_add(&whole, "X: y\r\n\r\n");
	for (size_t i = 0; i < body->len; i++)
		str_add_n(&whole, body->bytes[i] == '\n' ? "\r\n" : body->bytes + i,
			  body->bytes[i] == '\n' ? 2 : 1);
	begin_with(&scene, take_message, NULL);
	make_message(&scene, body->bytes, body->len);
	EXPECT(send_content(&scene));
	hang_up(&scene);
	EXPECT(scene.peer.content.len >= 3 && is_unstuffed(&scene.peer.content, &whole));
	end(&scene);
}

static void test_dots_at_borders(void)
{
	static const char *const lines[] = {
		".\n", "..\n", "...\n", ".x\n", "x.\n", "\n", ".\n\n"
	};

	for (size_t i = 0; i < LENGTH(lines); i++) {
		test_case("dots/every line is %s", lines[i]);
		for (size_t shift = 0; shift < 5; shift++) {
			CLEANUP(str_done) struct str body = STR_INIT;
			str_add_n(&body, "xxxx", shift);
			while (body.len < 40000)
				str_add(&body, lines[i]);
			expect_intact(&body);
		}
	}
}

static void test_random_dots(void)
{
	static const char letters[] = "...\n\n\nx";
	unsigned long long state = 1;

	for (int round = 0; round < 60; round++) {
		CLEANUP(str_done) struct str body = STR_INIT;
		size_t len = (size_t)round * 1000 + 17;

		test_case("dots/random body %d", round);
		while (body.len < len) {
			state = state * 6364136223846793005ULL + 1442695040888963407ULL;
			str_add_char(&body, letters[(state >> 33) % (sizeof letters - 1)]);
		}
		str_add_char(&body, '\n');
		expect_intact(&body);
	}
}

static void test_finish(void)
{
	struct scene scene;

	test_case("QUIT leaves with the content");
	begin(&scene, PLAY({ HELLO, OFFERS_PIPELINING },
			   { "X: y\r\n\r\nbody\r\n.\r\nQUIT\r\n",
			     "250-2.0.0 queued\r\n250 as 1\r\n221 bye\r\n" }));
	make_message(&scene, "body\n", 5);
	EXPECT(hello(&scene) && send_content(&scene));
	EXPECT_NUMBER(scene.data.kind, ERR_NONE);
	EXPECT_NUMBER(scene.envelope.reply_code, 250);
	EXPECT_TEXT(scene.envelope.reply, "250 2.0.0 queued\nas 1");
	client_quit(&scene.client);
	EXPECT_NUMBER(scene.client.reply.code, 221);
	end(&scene);

	test_case("without PIPELINING QUIT waits for the verdict");
	begin(&scene,
	      PLAY({ "X: y\r\n\r\nbody\r\n.\r\n", "250 ok\r\n" }, { "QUIT\r\n", "221 bye\r\n" }));
	make_message(&scene, "body\n", 5);
	EXPECT(send_content(&scene));
	client_quit(&scene.client);
	EXPECT_NUMBER(scene.client.reply.code, 221);
	client_quit(&scene.client); /* not again */
	end(&scene);

	test_case("an empty body");
	begin(&scene, PLAY({ "X: y\r\n\r\n.\r\n", "250 ok\r\n" }));
	make_message(&scene, "", 0);
	EXPECT(send_content(&scene));
	end(&scene);
}

static void test_next_transaction(void)
{
	struct scene scene;
	struct recipient *recipient;

	test_case("the next transaction leaves with the final dot");
	begin(&scene, PLAY({ HELLO, OFFERS_PIPELINING },
			   { "X: y\r\n\r\n.\r\nMAIL FROM:<a@a.example>\r\n"
			     "RCPT TO:<r0@b.example>\r\nDATA\r\n",
			     "250 taken\r\n250 ok\r\n550 who?\r\n554 nobody\r\n" },
			   { "RSET\r\n", "250 ok\r\n" }));
	add_recipients(&scene, 1);
	make_message(&scene, "", 0);
	recipient = scene.envelope.recipients;
	EXPECT(hello(&scene) && write_content(&scene));
	EXPECT(client_mail(&scene.client, &scene.envelope, &scene.wire, &scene.mail, &scene.err));
	EXPECT(client_rcpt(&scene.client, recipient, &scene.err));
	EXPECT(client_data(&scene.client, &scene.mail, &scene.err));
	client_send_end(&scene.client);
	EXPECT(client_verdict(&scene.client, &scene.envelope, &scene.err));
	EXPECT_TEXT(scene.envelope.reply, "250 taken");
	EXPECT_NUMBER(recipient->err.kind, ERR_NONE);
	EXPECT(client_collect(&scene.client, &scene.err));
	EXPECT_NUMBER(scene.data.kind, ERR_NONE);
	EXPECT_NUMBER(recipient->err.code, 550);
	EXPECT_NUMBER(scene.mail.code, 554);
	EXPECT(client_reset(&scene.client, &scene.err));
	end(&scene);
}

static void test_verdicts(void)
{
	static const struct {
		const char *sent;
		bool is_verdict;
		enum err_kind kind;
		const char *part;
	} verdicts[] = {
		{ "554 5.7.1 spam\r\n", true, ERR_REFUSED, "after the content: 554 5.7.1 spam" },
		{ "452 full\r\n", true, ERR_DEFER, "452 full" },
		{ "421 closing\r\n", false, ERR_DEFER, "after the content: 421 closing" },
		{ "354 go on\r\n", false, ERR_PROTO, "after the content: 354 go on" },
		{ "what?\r\n", false, ERR_PROTO, "after the content: " },
		{ "250-a\r\n550 b\r\n", false, ERR_PROTO, "after the content: " },
	};

	for (size_t i = 0; i < LENGTH(verdicts); i++) {
		struct scene scene;

		test_case("verdict/%s", verdicts[i].sent);
		begin(&scene, PLAY({ "X: y\r\n\r\n.\r\n", verdicts[i].sent }));
		make_message(&scene, "", 0);
		EXPECT_NUMBER(send_content(&scene), verdicts[i].is_verdict);
		const struct err *err = verdicts[i].is_verdict ? &scene.data : &scene.err;
		EXPECT_NUMBER(err->kind, verdicts[i].kind);
		EXPECT_PART(err->text, verdicts[i].part);
		end(&scene);
	}
}

static void hang_up_after_content(struct peer *peer)
{
	peer_take_content(peer, "\r\n.\r\n");
}

static void test_no_verdict(void)
{
	struct scene scene;

	test_case("verdict/none");
	begin_with(&scene, hang_up_after_content, NULL);
	make_message(&scene, "x\n", 2);
	EXPECT(!send_content(&scene));
	EXPECT_NUMBER(scene.err.kind, ERR_NET);
	EXPECT_TEXT(scene.err.text, "after the content: the server closed the connection");
	EXPECT_NUMBER(scene.data.kind, ERR_NONE);
	end(&scene);
}

/* Sends the given text, and closes. */
static void reply_early(struct peer *peer)
{
	if (*(const char *)peer->arg)
		peer_send(peer, peer->arg);
}

static const struct {
	const char *name;
	size_t size; /* of the whole message with the header */
	const char *sent;
	enum err_kind kind;
	const char *part;
} early_replies[] = {
	{ "large", 4000000, "552 5.3.4 too big\r\n", ERR_REFUSED,
	  "sending the content: 552 5.3.4 too big" },
	{ "large, temporary", 4000000, "452 disk full\r\n", ERR_DEFER, "452 disk full" },
	{ "large, many lines", 4000000, "552-too\r\n552 big\r\n", ERR_REFUSED, "552 too" },
	{ "large, a success", 4000000, "250 ok\r\n", ERR_PROTO, "sending the content: 250 ok" },
	{ "large, nonsense", 4000000, "what?\r\n", ERR_NET, "sending the content: " },
	{ "large, silent", 4000000, "", ERR_NET, "sending the content: " },
	{ "small", 100, "552 5.3.4 too big\r\n", ERR_REFUSED, "552 5.3.4 too big" },
	{ "a whole piece", 16384, "552 5.3.4 too big\r\n", ERR_REFUSED, "552 5.3.4 too big" },
	{ "a piece but for an octet", 16383, "552 5.3.4 too big\r\n", ERR_REFUSED,
	  "552 5.3.4 too big" },
};

static void test_early_reply(void)
{
	for (size_t i = 0; i < LENGTH(early_replies); i++) {
		CLEANUP(str_done) struct str body = STR_INIT;
		struct scene scene;

		test_case("early reply/%s", early_replies[i].name);
		memset(str_reserve(&body, early_replies[i].size), 'x', early_replies[i].size);
		str_grew(&body, early_replies[i].size - strlen("X: y\r\n\r\n") - 2);
		begin_with(&scene, reply_early, early_replies[i].sent);
		make_message(&scene, body.bytes, body.len);
		EXPECT_NUMBER(message_size(&scene.message), early_replies[i].size);
		peer_finish(&scene.peer); /* the server has closed before the client begins */
		EXPECT(!send_content(&scene));
		EXPECT_NUMBER(scene.err.kind, early_replies[i].kind);
		EXPECT_PART(scene.err.text, early_replies[i].part);
		EXPECT(scene.client.is_over);
		end(&scene);
	}
}

static void take_all(struct peer *peer)
{
	while (peer_take(peer))
		;
}

static void make_message_of(struct scene *scene, size_t size)
{
	CLEANUP(str_done) struct str body = STR_INIT;
	size_t left = size - strlen("X: y\r\n\r\n");

	for (; left > 100; left -= 66)
		str_addf(&body, "%064d\n", 0);
	str_addf(&body, "%0*d\n", (int)left - 2, 0);
	make_message(scene, body.bytes, body.len);
	EXPECT_NUMBER(message_size(&scene->message), size);
}

static void test_last_byte_of_chunk(void)
{
	enum { PIECE = 16384, NEAR = 2 };

	for (size_t pieces = 1; pieces <= 3; pieces++)
		for (size_t more = 0; more <= 2 * NEAR; more++) {
			size_t total = pieces * PIECE + more - NEAR;
			struct scene scene;
			test_case("chunk/%zu octets with its command", total);
			begin_with(&scene, take_all, NULL);
			make_message_of(&scene, total - strlen("BDAT 16384 LAST\r\n"));
			EXPECT(open_wire(&scene));
			EXPECT(client_chunk(&scene.client, &scene.wire, &scene.err));
			EXPECT(client_end_chunk(&scene.client, &scene.envelope, &scene.data,
						&scene.err));
			EXPECT(scene.client.stream.sent < total);
			EXPECT(!client_has_sent_content(&scene.client));
			client_send_end(&scene.client);
			EXPECT_NUMBER(scene.client.stream.sent, total);
			EXPECT(client_has_sent_content(&scene.client));
			end(&scene);
		}
}

/* Answers the first packet with its argument and is gone. */
static void answer_once(struct peer *peer)
{
	if (peer_take(peer))
		peer_send(peer, peer->arg);
}

static void test_success_without_content(void)
{
	struct scene scene;

	test_case("a success before the last byte was sent is no verdict");
	begin_with(&scene, answer_once, "250 taken\r\n");
	make_message(&scene, "x\n", 2);
	EXPECT(open_wire(&scene) && client_chunk(&scene.client, &scene.wire, &scene.err));
	EXPECT(client_end_chunk(&scene.client, &scene.envelope, &scene.data, &scene.err));
	EXPECT_NUMBER(send(scene.client.stream.fd, "?", 1, 0), 1);
	peer_finish(&scene.peer); /* the server has answered and closed */
	client_send_end(&scene.client);
	EXPECT(!client_has_sent_content(&scene.client));
	EXPECT(!client_verdict(&scene.client, &scene.envelope, &scene.err));
	EXPECT_NUMBER(scene.err.kind, ERR_PROTO);
	EXPECT_TEXT(scene.err.text, "sending the content: 250 taken");
	end(&scene);
}

static void test_unreadable_message(void)
{
	struct scene scene;

	test_case("no QUIT in the midst of a content that can't be read on");
	begin(&scene, PLAY({ "DATA\r\n", "354 go\r\n" }));
	make_message(&scene, "x\n", 2);
	EXPECT(client_exchange(&scene.client, PHASE_DATA, "DATA", NULL, &scene.err));
	EXPECT(ftruncate(scene.message.kept.fd, 0) == 0);
	EXPECT(!send_content(&scene));
	EXPECT_NUMBER(scene.err.kind, ERR_IO);
	client_quit(&scene.client);
	end(&scene);
}

static void test_lmtp(void)
{
	struct scene scene;
	struct recipient *r;

	test_case("LMTP has a verdict for each accepted recipient");
	begin(&scene, PLAY({ "LHLO me.example\r\n", OFFERS_PIPELINING },
			   { "MAIL FROM:<a@a.example>\r\nRCPT TO:<r0@b.example>\r\n"
			     "RCPT TO:<r1@b.example>\r\nRCPT TO:<r2@b.example>\r\nDATA\r\n",
			     "250 ok\r\n250 ok\r\n550 who?\r\n250 ok\r\n354 go\r\n" },
			   { "X: y\r\n\r\n.\r\nQUIT\r\n",
			     "250 2.1.5 r0\r\n552 5.2.2 full\r\n221 bye\r\n" }));
	scene.settings.protocol = PROTOCOL_LMTP;
	add_recipients(&scene, 3);
	make_message(&scene, "", 0);
	r = scene.envelope.recipients;
	EXPECT(hello(&scene) && offer(&scene) && send_content(&scene));
	EXPECT(r[0].is_delivered && r[0].err.kind == ERR_NONE);
	EXPECT(!r[1].is_delivered && r[1].err.kind == ERR_REJECT);
	EXPECT(!r[2].is_delivered && r[2].err.kind == ERR_REFUSED);
	EXPECT_TEXT(r[2].err.text, "after the content: 552 5.2.2 full");
	client_quit(&scene.client);
	EXPECT_NUMBER(scene.client.reply.code, 221);
	end(&scene);

	test_case("LMTP without the second verdict");
	begin(&scene,
	      PLAY({ "MAIL FROM:<a@a.example>\r\n", "250 ok\r\n" },
		   { "RCPT TO:<r0@b.example>\r\n", "250 ok\r\n" },
		   { "RCPT TO:<r1@b.example>\r\n", "250 ok\r\n" }, { "DATA\r\n", "354 go\r\n" },
		   { "X: y\r\n\r\n.\r\n", "250 r0\r\n?\r\n" }));
	scene.settings.protocol = PROTOCOL_LMTP;
	add_recipients(&scene, 2);
	make_message(&scene, "", 0);
	EXPECT(offer(&scene) && !send_content(&scene));
	EXPECT_NUMBER(scene.err.kind, ERR_PROTO);
	r = scene.envelope.recipients;
	EXPECT(r[0].is_delivered && !r[1].is_delivered);
	EXPECT_NUMBER(r[1].err.kind, ERR_NONE);
	end(&scene);
}

static void test_starttls_refused(void)
{
	static const struct {
		const char *sent;
		enum err_kind kind;
		const char *part;
	} replies[] = {
		{ "220 go\r\n250 injected\r\n", ERR_PROTO, "after its reply to STARTTLS" },
		{ "220 go\r\n\r\n", ERR_PROTO, "after its reply to STARTTLS" },
		{ "220 go\r\n2", ERR_PROTO, "after its reply to STARTTLS" },
		{ "454 4.7.0 later\r\n", ERR_DEFER, "asking for TLS (STARTTLS): 454 4.7.0 later" },
		{ "502 no\r\n", ERR_UNAVAILABLE, "502 no" },
		{ "250 ok\r\n", ERR_PROTO, "250 ok" },
	};

	for (size_t i = 0; i < LENGTH(replies); i++) {
		struct scene scene;

		test_case("STARTTLS/%s", replies[i].sent);
		begin(&scene, PLAY({ "STARTTLS\r\n", replies[i].sent }));
		EXPECT(!client_starttls(&scene.client, NULL, &scene.err));
		EXPECT_NUMBER(scene.err.kind, replies[i].kind);
		EXPECT_PART(scene.err.text, replies[i].part);
		end(&scene);
	}
}

/* Answers the first packet of the handshake in clear text; nothing may come back in clear text. */
static void spoil_handshake(struct peer *peer)
{
	if (!peer_expect(peer, "STARTTLS\r\n") || !peer_send(peer, "220 go\r\n") ||
	    !peer_take(peer))
		return;
	peer_send(peer, "500 5.5.1 what is that?\r\n");
	while (peer_take(peer))
		if (memmem(peer->packet.bytes, peer->packet.len, "QUIT", 4))
			peer_fail(peer, "the client went on in clear text");
}

static void test_handshake_spoiled(void)
{
	struct scene scene;

	test_case("STARTTLS/no way back to clear text");
	begin_with(&scene, spoil_handshake, NULL);
	scene.settings.tls_certcheck = false;
	struct tls *tls =
		tls_new(&scene.settings, &(struct secret){ 0 }, clock_after(10), &scene.err);
	EXPECT_TEXT(scene.err.text, NULL);
	EXPECT(tls && !client_starttls(&scene.client, tls, &scene.err));
	EXPECT_NUMBER(scene.err.kind, ERR_TLS);
	client_quit(&scene.client);
	end(&scene);
}

/* Repeats the given text ten times a second, until the client has closed. */
static void drip(struct peer *peer)
{
	const char *drop = peer->arg;

	for (int i = 0; i < 10 * PEER_SECONDS; i++) {
		if (send(peer->fd, drop, strlen(drop), MSG_NOSIGNAL) < 0)
			return;
		usleep(100000);
	}
}

static void test_deadline(void)
{
	static const struct {
		const char *name;
		const char *drop;
		int session_seconds;
		int timeout;
		const char *part;
	} drips[] = {
		{ "bytes", "2", PEER_SECONDS, 1, "waiting for the greeting: timed out" },
		{ "lines", "220-x\r\n", PEER_SECONDS, 1, "waiting for the greeting: timed out" },
		{ "session", "220-x\r\n", 1, 0, "session_timeout" },
	};

	for (size_t i = 0; i < LENGTH(drips); i++) {
		struct scene scene;
		int64_t start = clock_now();

		test_case("deadline/dripping %s", drips[i].name);
		begin_with(&scene, drip, drips[i].drop);
		scene.settings.timeout = drips[i].timeout;
		scene.client.stream.end = clock_after(drips[i].session_seconds);
		EXPECT(!client_greeting(&scene.client, &scene.err));
		EXPECT_NUMBER(scene.err.kind, ERR_NET);
		EXPECT_PART(scene.err.text, drips[i].part);
		EXPECT(clock_now() - start >= 1000 && clock_now() - start < TEST_PATIENCE);
		end(&scene);
	}
}

/* Reads nothing until the client's end is closed. */
static void read_nothing(struct peer *peer)
{
	char byte;

	while (send(peer->fd, "", 0, MSG_NOSIGNAL) == 0)
		usleep(20000);
	(void)recv(peer->fd, &byte, 1, MSG_DONTWAIT);
}

static void test_full_pipe(void)
{
	CLEANUP(str_done) struct str body = STR_INIT;
	struct scene scene;
	int64_t start = clock_now();

	test_case("deadline/a server that does not read");
	memset(str_reserve(&body, 4000000), 'x', 4000000);
	str_grew(&body, 4000000);
	begin_with(&scene, read_nothing, NULL);
	scene.settings.timeout = 1;
	make_message(&scene, body.bytes, body.len);
	EXPECT(!send_content(&scene));
	EXPECT_NUMBER(scene.err.kind, ERR_NET);
	EXPECT_PART(scene.err.text, "sending the content: ");
	EXPECT(clock_now() - start < TEST_PATIENCE);
	end(&scene);
}

int main(void)
{
	test_begin("client");
	test_greeting();
	test_line_too_long();
	test_hello();
	test_pipelining();
	test_end_in_group();
	test_lost_in_group();
	test_parameters();
	test_null_sender();
	test_unanswered();
	test_dots_at_borders();
	test_random_dots();
	test_finish();
	test_next_transaction();
	test_verdicts();
	test_no_verdict();
	test_early_reply();
	test_last_byte_of_chunk();
	test_success_without_content();
	test_unreadable_message();
	test_lmtp();
	test_starttls_refused();
	test_handshake_spoiled();
	test_deadline();
	test_full_pipe();
	return test_end();
}
