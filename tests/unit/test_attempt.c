/* test_attempt.c - the status of each recipient after an attempt, by the relay's replies */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "peer.h"

#include "queue.h"

#include "base/clock.h"
#include "deliver/passage.h"
#include "deliver/report.h"
#include "smtp/session.h"

#define OK "250 ok\r\n"
#define GO "354 go on\r\n"

static struct spool spool;

/* The replies of the relay; NULL: it closes the connection there. */
struct replies {
	const char *mail;
	const char *rcpt[2];
	const char *data;
	const char *content;
};

/* A relay; `on_disk` gets the status of the recipients when the final dot arrives. */
struct relay {
	const struct replies *replies;
	const struct entry *entry;
	char *on_disk;
};

/* A message of the queue, the session for it, and its attempt. */
struct scene {
	struct relay relay;
	char on_disk[3];
	struct settings settings;
	struct peer peer;
	struct session session;
	struct entry entry;
	struct attempt attempt;
};

static void read_status(const struct entry *entry, char status[3])
{
	memset(status, 0, 3);
	EXPECT(pread(entry->fd, status, 2, (off_t)entry->record.status_at) == 2);
}

static const char *next_reply(const struct replies *replies, const char *command,
			      size_t *recipients)
{
	switch (*command) {
	case 'M':
		return replies->mail;
	case 'R':
		return replies->rcpt[(*recipients)++];
	case 'D':
		return replies->data;
	default:
		return NULL;
	}
}

static void serve(struct peer *peer)
{
	const struct relay *relay = peer->arg;
	const char *reply = NULL;
	size_t recipients = 0;

	do {
		if (!peer_take(peer))
			return;
		reply = next_reply(relay->replies, peer->packet.bytes, &recipients);
		if (!reply || !peer_send(peer, reply))
			return;
	} while (*reply != '3');
	do {
		if (!peer_take(peer))
			return;
	} while (!strstr(peer->packet.bytes, ".\r\n"));
	read_status(relay->entry, relay->on_disk);
	if (relay->replies->content)
		(void)peer_send(peer, relay->replies->content);
}

static void begin(struct scene *scene, const struct replies *replies, const char *before)
{
	memset(scene, 0, sizeof *scene);
	settings_init(&scene->settings);
	queue_add(&spool, &scene->entry);
	for (size_t i = 0; i < 2; i++)
		scene->entry.record.envelope.recipients[i].status =
			(enum recipient_status)before[i];
	scene->relay = (struct relay){ replies, &scene->entry, scene->on_disk };
	scene->session =
		(struct session){ .settings = &scene->settings, .where = mem_copy("mx:25") };
	client_init(&scene->session.client, &scene->settings,
		    peer_start(&scene->peer, serve, &scene->relay), CLOCK_NEVER);
	attempt_init(&scene->attempt, &scene->entry, NULL, TOLERATE_REFUSAL);
}

static void end(struct scene *scene)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	attempt_done(&scene->attempt);
	peer_done(&scene->peer);
	EXPECT(scene->attempt.is_unsaved || entry_remove(&scene->entry, false, &err));
	entry_release(&scene->entry);
	settings_done(&scene->settings);
}

static void expect_status(const struct entry *entry, const char *expected)
{
	CLEANUP(str_done) struct str status = STR_INIT;

	entry_add_status(entry, &status);
	EXPECT_TEXT(status.bytes, expected);
}

static const struct {
	const char *name;
	const char *sender;
	const char *before;
	struct replies replies;
	const char *on_disk; /* when the final dot arrives; "": it does not */
	const char *after;
	bool is_sent;
	bool is_route;
	unsigned flags;
} cases[] = {
	{ "both get it",
	  "a@a.example",
	  "..",
	  { OK, { OK, OK }, GO, OK },
	  "??",
	  "DD",
	  true,
	  false,
	  0 },
	{ "one has it already",
	  "a@a.example",
	  "D.",
	  { OK, { OK }, GO, OK },
	  "D?",
	  "DD",
	  true,
	  false,
	  0 },
	{ "a recipient is refused",
	  "a@a.example",
	  "..",
	  { OK, { OK, "550 no\r\n" }, GO, OK },
	  "?.",
	  "Df",
	  false,
	  false,
	  0 },
	{ "a recipient is deferred",
	  "a@a.example",
	  "..",
	  { OK, { "451 later\r\n", OK }, GO, OK },
	  ".?",
	  ".D",
	  false,
	  false,
	  0 },
	{ "the content is refused",
	  "a@a.example",
	  "..",
	  { OK, { OK, OK }, GO, "554 no\r\n" },
	  "??",
	  "ff",
	  false,
	  false,
	  0 },
	{ "the content is deferred",
	  "a@a.example",
	  "..",
	  { OK, { OK, OK }, GO, "451 later\r\n" },
	  "??",
	  "..",
	  false,
	  false,
	  0 },
	{ "the reply to the content is lost",
	  "a@a.example",
	  "..",
	  { OK, { OK, OK }, GO, NULL },
	  "??",
	  "??",
	  false,
	  true,
	  RECORD_STOPPED_RUN },
	{ "a reply is lost, and one recipient was refused",
	  "a@a.example",
	  "..",
	  { OK, { OK, "550 no\r\n" }, GO, NULL },
	  "?.",
	  "?f",
	  false,
	  false,
	  0 },
	{ "a reply is lost, and one recipient was deferred",
	  "a@a.example",
	  "..",
	  { OK, { OK, "451 later\r\n" }, GO, NULL },
	  "?.",
	  "?.",
	  false,
	  false,
	  0 },
	{ "the sender is refused",
	  "a@a.example",
	  "..",
	  { .mail = "550 no\r\n" },
	  "",
	  "ff",
	  false,
	  false,
	  0 },
	{ "the sender is deferred",
	  "a@a.example",
	  "..",
	  { .mail = "451 later\r\n" },
	  "",
	  "..",
	  false,
	  false,
	  0 },
	{ "an earlier doubt stays",
	  "a@a.example",
	  "?.",
	  { .mail = "451 later\r\n" },
	  "",
	  "?.",
	  false,
	  false,
	  0 },
	{ "the null sender is refused",
	  "",
	  "..",
	  { .mail = "550 no\r\n" },
	  "",
	  "..",
	  false,
	  false,
	  RECORD_NULL_REFUSED },
	{ "the relay closes with 421",
	  "a@a.example",
	  "..",
	  { .mail = "421 bye\r\n" },
	  "",
	  "..",
	  false,
	  true,
	  RECORD_STOPPED_RUN },
	{ "the connection is lost",
	  "a@a.example",
	  "..",
	  { .mail = OK },
	  "",
	  "..",
	  false,
	  true,
	  RECORD_STOPPED_RUN },
};

static void test_replies(void)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		struct scene scene;
		test_case("replies/%s", cases[i].name);
		begin(&scene, &cases[i].replies, cases[i].before);
		free(scene.entry.record.envelope.sender);
		scene.entry.record.envelope.sender = mem_copy(cases[i].sender);
		EXPECT_NUMBER(passage_send(&scene.session, &scene.attempt, NULL, true, &err),
			      cases[i].is_sent);
		session_abandon(&scene.session);
		session_close(&scene.session);
		peer_finish(&scene.peer);
		EXPECT_TEXT(scene.on_disk, cases[i].on_disk);
		expect_status(&scene.entry, cases[i].after);
		EXPECT_NUMBER(scene.attempt.is_route, cases[i].is_route);
		EXPECT_NUMBER(scene.entry.record.progress.flags, cases[i].flags);
		EXPECT_NUMBER(scene.entry.record.progress.begun, 1);
		EXPECT_NUMBER(scene.entry.record.progress.ended, 0);
		end(&scene);
	}
}

/* Puts a descriptor in place of the entry's that takes no writes. */
static void make_unwritable(struct entry *entry)
{
	CLEANUP(mem_free_at) char *path = queue_path("q", entry->record.id);
	int fd = open(path, O_RDONLY);

	EXPECT(fd >= 0 && dup2(fd, entry->fd) >= 0);
	close(fd);
}

/* A mark of doubt that cannot be written. */
static const struct {
	const char *name;
	struct replies replies;
	bool is_waited_for;
	bool is_sent;
	const char *after;
} unmarked[] = {
	{ "no caller waits: nothing is sent", { OK, { OK, OK }, GO, OK }, false, false, ".." },
	{ "a caller waits: sent without the file", { OK, { OK, OK }, GO, OK }, true, true, "DD" },
	{ "a caller waits, and a recipient is deferred: nothing is sent",
	  { OK, { OK, "451 later\r\n" }, GO, OK },
	  true,
	  false,
	  ".." },
};

static void test_unmarked(void)
{
	for (size_t i = 0; i < LENGTH(unmarked); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		struct scene scene;
		test_case("no mark/%s", unmarked[i].name);
		begin(&scene, &unmarked[i].replies, "..");
		make_unwritable(&scene.entry);
		scene.attempt.is_waited_for = unmarked[i].is_waited_for;
		EXPECT_NUMBER(passage_send(&scene.session, &scene.attempt, NULL, true, &err),
			      unmarked[i].is_sent);
		session_abandon(&scene.session);
		session_close(&scene.session);
		EXPECT_NUMBER(scene.attempt.is_unsaved, unmarked[i].is_sent);
		EXPECT_NUMBER(queue_has("q", scene.entry.record.id), !unmarked[i].is_sent);
		expect_status(&scene.entry, unmarked[i].after);
		end(&scene);
	}
}

/* Completion of a message that was saved without a config. */
static const struct {
	const char *name;
	unsigned flags;
	bool is_raw;
	const char *sender;
	const char *from;
	const char *own_from;
	const char *adopted;
} senders[] = {
	{ "a complete message stays", 0, false, "x", "f@f.example", "o@o.example", "x" },
	{ "the account's from", 0, true, "x", "f@f.example", "o@o.example", "f@f.example" },
	{ "a sender that was given stays", RECORD_SENDER_GIVEN, true, "x@x.example", "f@f.example",
	  NULL, "x@x.example" },
	{ "a bare sender gets the domain", 0, true, "x", NULL, NULL, "x@m.example" },
	{ "the null sender stays", RECORD_SENDER_GIVEN, true, "", NULL, NULL, "" },
	{ "a pattern is no sender", 0, true, "x", "*@f.example", NULL, "x@m.example" },
	{ "a refused null sender: from", RECORD_NULL_REFUSED, false, "", "f@f.example",
	  "o@o.example", "f@f.example" },
	{ "a refused null sender: the account's own", RECORD_NULL_REFUSED, false, "", NULL,
	  "o@o.example", "o@o.example" },
};

static void test_adopted_senders(void)
{
	for (size_t i = 0; i < LENGTH(senders); i++) {
		struct entry entry;
		struct account account = { 0 };
		test_case("sender/%s", senders[i].name);
		entry_init(&entry);
		settings_init(&account.settings);
		account.settings.maildomain = mem_copy("m.example");
		account.settings.from = senders[i].from ? mem_copy(senders[i].from) : NULL;
		account.own_from = senders[i].own_from ? mem_copy(senders[i].own_from) : NULL;
		entry.record.envelope.sender = mem_copy(senders[i].sender);
		entry.record.is_raw = senders[i].is_raw;
		entry.record.progress.flags = senders[i].flags;
		attempt_adopt(&entry, &account);
		EXPECT_TEXT(entry.record.envelope.sender, senders[i].adopted);
		account_done(&account);
		entry_release(&entry);
	}
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	EXPECT(file && fputs(text, file) >= 0);
	EXPECT(fclose(file) == 0);
}

static void test_adopted_recipients(void)
{
	static const char *const table[][2] = { { "b@b.example", "b@b.example" },
						{ "bare", "bare@m.example" },
						{ "one", "b@b.example" },
						{ "two", "two@m.example" } };
	struct entry entry;
	struct account account = { 0 };

	test_case("recipients get domain and alias; an alias for two is not followed");
	write_file("aliases", "one: b@b.example\ntwo: b@b.example, c@c.example\n");
	entry_init(&entry);
	settings_init(&account.settings);
	account.settings.maildomain = mem_copy("m.example");
	account.settings.aliases = mem_copy("aliases");
	entry.record.envelope.sender = mem_copy("a@a.example");
	entry.record.is_raw = true;
	for (size_t i = 0; i < LENGTH(table); i++)
		envelope_add(&entry.record.envelope, mem_copy(table[i][0]));
	attempt_adopt(&entry, &account);
	for (size_t i = 0; i < LENGTH(table); i++)
		EXPECT_TEXT(entry.record.envelope.recipients[i].address, table[i][1]);
	account_done(&account);
	entry_release(&entry);
}

int main(void)
{
	test_begin("attempt");
	report_be_quiet();
	queue_begin();
	queue_open(&spool);
	test_replies();
	test_unmarked();
	test_adopted_senders();
	test_adopted_recipients();
	spool_close(&spool);
	queue_end();
	return test_end();
}
