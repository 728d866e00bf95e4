/* test_transaction.c - whom the relay's replies keep from getting a message, and how soon */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "peer.h"

#include "base/clock.h"
#include "base/fs.h"
#include "smtp/transaction.h"

#include <stdlib.h>

/* With each of them looked at anew for each of the others this would take minutes. */
enum { MANY = 200 * 1000 };

/* A session after its EHLO, its server, and a transaction. */
struct scene {
	struct settings settings;
	struct peer peer;
	struct session session;
	struct envelope envelope;
	struct message message;
	struct transaction transaction;
	struct err err;
};

static void begin(struct scene *scene, void (*script)(struct peer *), const void *arg)
{
	memset(scene, 0, sizeof *scene);
	CLEANUP(fs_close_at) int fd = fs_open_nameless(NULL, &scene->err);
	settings_init(&scene->settings);
	envelope_init(&scene->envelope);
	scene->envelope.sender = mem_copy("a@a.example");
	message_init(&scene->message);
	EXPECT(fs_write_all(fd, "X: y\n\nz\n", 8) && lseek(fd, 0, SEEK_SET) == 0);
	EXPECT(message_read(&scene->message, fd, &scene->err));
	EXPECT(message_complete(&scene->message, &scene->message.given, &scene->err));
	scene->session =
		(struct session){ .settings = &scene->settings, .where = mem_copy("mx:25") };
	client_init(&scene->session.client, &scene->settings, peer_start(&scene->peer, script, arg),
		    CLOCK_NEVER);
}

static void add_recipients(struct scene *scene, size_t count)
{
	for (size_t i = 0; i < count; i++)
		envelope_add(&scene->envelope, str_format("r%zu@b.example", i));
}

static void end(struct scene *scene)
{
	transaction_done(&scene->transaction);
	session_abandon(&scene->session);
	session_close(&scene->session);
	peer_done(&scene->peer);
	envelope_done(&scene->envelope);
	message_done(&scene->message);
	settings_done(&scene->settings);
	err_done(&scene->err);
}

static void answer(struct peer *peer)
{
	CLEANUP(str_done) struct str replies = STR_INIT;

	for (const char *line = peer->packet.bytes; *line; line += strcspn(line, "\n") + 1)
		if (*line == 'M' || *line == 'R' || *line == 'D')
			str_add(&replies, *line == 'D' ? "354 go on\r\n" : "250 ok\r\n");
	(void)peer_send(peer, replies.bytes);
}

/* Takes everything that anybody says, until content is waited for. */
static void agree(struct peer *peer)
{
	do {
		if (!peer_take(peer))
			return;
		answer(peer);
	} while (!strstr(peer->packet.bytes, "DATA\r\n"));
	(void)peer_take(peer);
}

static void test_many(void)
{
	static const enum tolerance tolerances[] = { TOLERATE_NOTHING, TOLERATE_DEFERRAL,
						     TOLERATE_REFUSAL };

	for (size_t i = 0; i < LENGTH(tolerances); i++) {
		struct scene scene;
		test_case("many recipients/%zu", i);
		begin(&scene, agree, NULL);
		add_recipients(&scene, MANY);
		scene.session.client.can.has = CAP_PIPELINING;
		transaction_init(&scene.transaction, &scene.envelope, &scene.message,
				 tolerances[i]);
		EXPECT(transaction_offer(&scene.session, &scene.transaction, &scene.err));
		EXPECT_TEXT(scene.err.text, NULL);
		EXPECT_NUMBER(envelope_count_accepted(&scene.envelope), MANY);
		end(&scene);
	}
}

#define MAIL    "MAIL FROM:<a@a.example>\r\n"
#define RCPT(n) "RCPT TO:<r" #n "@b.example>\r\n"
#define OK      "250 ok\r\n"

/* Without PIPELINING: after a reply that settles it, the rest is left unsaid. */
static const struct {
	const char *name;
	enum tolerance tolerance;
	bool is_offered;
	struct peer_step steps[8];
} cases[] = {
	{ "refused, and none may be",
	  TOLERATE_NOTHING,
	  false,
	  { { MAIL, OK }, { RCPT(0), OK }, { RCPT(1), "550 no\r\n" } } },
	{ "deferred, and none may be",
	  TOLERATE_NOTHING,
	  false,
	  { { MAIL, OK }, { RCPT(0), "450 later\r\n" } } },
	{ "refused, and some may be deferred",
	  TOLERATE_DEFERRAL,
	  false,
	  { { MAIL, OK }, { RCPT(0), "450 later\r\n" }, { RCPT(1), "550 no\r\n" } } },
	{ "deferred, and some may be",
	  TOLERATE_DEFERRAL,
	  true,
	  { { MAIL, OK },
	    { RCPT(0), "450 later\r\n" },
	    { RCPT(1), OK },
	    { RCPT(2), OK },
	    { "DATA\r\n", "354 go on\r\n" } } },
	{ "refused, and some may be",
	  TOLERATE_REFUSAL,
	  true,
	  { { MAIL, OK },
	    { RCPT(0), "550 no\r\n" },
	    { RCPT(1), "450 later\r\n" },
	    { RCPT(2), OK },
	    { "DATA\r\n", "354 go on\r\n" } } },
	{ "the sender is refused", TOLERATE_REFUSAL, false, { { MAIL, "550 no\r\n" } } },
};

static void test_hindrances(void)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct scene scene;
		test_case("hindrance/%s", cases[i].name);
		begin(&scene, peer_play, cases[i].steps);
		add_recipients(&scene, 3);
		transaction_init(&scene.transaction, &scene.envelope, &scene.message,
				 cases[i].tolerance);
		EXPECT_NUMBER(transaction_offer(&scene.session, &scene.transaction, &scene.err),
			      cases[i].is_offered);
		end(&scene);
	}
}

/* A recipient that already has the message is not named again; its old reply does not count. */
static void test_settled_before(void)
{
	static const struct peer_step steps[] = {
		{ MAIL, OK }, { RCPT(1), OK }, { RCPT(2), "550 no\r\n" }, { NULL, NULL }
	};
	struct scene scene;

	test_case("settled before");
	begin(&scene, peer_play, steps);
	add_recipients(&scene, 4);
	scene.envelope.recipients[0].status = 'D';
	transaction_init(&scene.transaction, &scene.envelope, &scene.message, TOLERATE_DEFERRAL);
	EXPECT(!transaction_offer(&scene.session, &scene.transaction, &scene.err));
	EXPECT_PART(scene.err.text, "r2@b.example");
	end(&scene);
}

int main(void)
{
	test_begin("transaction");
	test_many();
	test_hindrances();
	test_settled_before();
	return test_end();
}
