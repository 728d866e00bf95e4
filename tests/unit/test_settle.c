/* test_settle.c - the fate of a message after an attempt: its folder, its record, the bounce */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "queue.h"

#include "deliver/report.h"
#include "deliver/settle.h"

#include <time.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, BEFORE = 2 /* attempts before the one that is settled */ };

static struct spool spool;

/* A message after an attempt, and what is expected of it. */
struct settle_case {
	const char *name;
	const char *status; /* of both recipients, as the attempt has left it */
	enum err_kind reason;
	bool is_route;
	bool is_in_doubt;
	bool is_old;        /* the record has expired */
	unsigned counts;    /* attempts that count towards expiry, before this one */
	unsigned doubts;    /* before this one */
	int64_t not_before; /* from now; 0: by the schedule */
	const char *sender;
	enum settled fate;
	const char *folder; /* NULL: the message is gone */
	const char *after;
	int64_t delay; /* before the jitter; 0: not looked at */
	unsigned flags;
	size_t bounces;
};

#define SENDER .sender = "a@a.example"

static const struct settle_case cases[] = {
	{ "all have it", "DD", ERR_NONE, SENDER, .fate = SETTLED_SENT },
	{ "both are deferred", "..", ERR_DEFER, SENDER, .fate = SETTLED_WAITS, .folder = "q",
	  .after = "..", .delay = 10 * MINUTE },
	{ "one has it, one is deferred", "D.", ERR_DEFER, SENDER, .fate = SETTLED_WAITS,
	  .folder = "q", .after = "D.", .delay = 10 * MINUTE },
	{ "one has it, one is refused", "Df", ERR_REJECT, SENDER, .fate = SETTLED_FAILED,
	  .folder = "failed", .after = "DF", .bounces = 1 },
	{ "one is deferred, one is refused", ".f", ERR_REJECT, SENDER, .fate = SETTLED_WAITS,
	  .folder = "q", .after = ".F", .delay = 10 * MINUTE, .bounces = 1 },
	{ "both are refused", "ff", ERR_REJECT, SENDER, .fate = SETTLED_FAILED, .folder = "failed",
	  .after = "FF", .bounces = 1 },
	{ "a failed null sender gets no bounce", "ff", ERR_REJECT, .sender = "",
	  .fate = SETTLED_FAILED, .folder = "failed", .after = "FF" },
	{ "the route failed", "..", ERR_NET, .is_route = true, SENDER, .fate = SETTLED_WAITS,
	  .folder = "q", .after = "..", .delay = 4 * MINUTE, .flags = RECORD_ROUTE_FAILED },
	{ "the login was refused", "..", ERR_AUTH, .is_route = true, SENDER, .fate = SETTLED_WAITS,
	  .folder = "q", .after = "..", .delay = 30 * MINUTE },
	{ "the time of the next try is given", "..", ERR_DEFER, .not_before = 2 * HOUR, SENDER,
	  .fate = SETTLED_WAITS, .folder = "q", .after = "..", .delay = 2 * HOUR },
	{ "in doubt", "??", ERR_NET, .is_in_doubt = true, .is_route = true, SENDER,
	  .fate = SETTLED_WAITS, .folder = "q", .after = "??", .delay = 10 * MINUTE },
	{ "in doubt for the third time", "??", ERR_NET, .is_in_doubt = true, .doubts = 2, SENDER,
	  .fate = SETTLED_HELD, .folder = "hold", .after = "??" },
	{ "expired", "..", ERR_DEFER, .is_old = true, .counts = 4, SENDER, .fate = SETTLED_FAILED,
	  .folder = "failed", .after = "FF", .bounces = 1 },
	{ "expired, and one has it", "D.", ERR_DEFER, .is_old = true, .counts = 4, SENDER,
	  .fate = SETTLED_FAILED, .folder = "failed", .after = "DF", .bounces = 1 },
	{ "old, and tried too rarely", "..", ERR_DEFER, .is_old = true, .counts = 3, SENDER,
	  .fate = SETTLED_WAITS, .folder = "q", .after = "..", .delay = 10 * MINUTE },
};

static void set_status(struct entry *entry, const char *status)
{
	struct envelope *envelope = &entry->record.envelope;

	for (size_t i = 0; i < envelope->count; i++)
		envelope->recipients[i].status = (enum recipient_status)status[i];
}

static void begin(struct entry *entry, const struct settle_case *row)
{
	struct record *record = &entry->record;

	queue_add(&spool, entry);
	free(record->envelope.sender);
	record->envelope.sender = mem_copy(row->sender);
	record->expires = time(NULL) + (row->is_old ? -1 : 24 * HOUR);
	record->progress = (struct record_progress){ .begun = BEFORE,
						     .ended = BEFORE,
						     .counted = row->counts,
						     .last_counted = time(NULL) - HOUR,
						     .doubts = row->doubts };
	set_status(entry, row->status);
}

static void settle_row(struct entry *entry, const struct settings *settings,
		       const struct settle_case *row)
{
	CLEANUP(err_done) struct err reason = ERR_INIT;
	struct attempt attempt;

	attempt_init(&attempt, entry, NULL, TOLERATE_REFUSAL);
	if (row->reason != ERR_NONE)
		err_set(&reason, row->reason, "made up");
	attempt.is_route = row->is_route;
	attempt.transaction.is_in_doubt = row->is_in_doubt;
	attempt.not_before = row->not_before ? time(NULL) + row->not_before : 0;
	EXPECT_NUMBER(settle_attempt(&attempt, settings, &reason), row->fate);
	attempt_done(&attempt);
}

/* Reads the record of a message from disk, and compares it. */
static void expect_record(const char *folder, const char *id, const struct settle_case *row)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(entry_release) struct entry found;
	CLEANUP(str_done) struct str status = STR_INIT;
	enum spool_folder number = SPOOL_QUEUE;

	while (strcmp(spool_folder_name(number), folder) != 0)
		number++;
	EXPECT_NUMBER(claim_peek(&spool, number, id, &found, &err), CLAIM_GOT);
	if (err.kind != ERR_NONE)
		return;
	const struct record_progress *progress = &found.record.progress;
	entry_add_status(&found, &status);
	EXPECT_TEXT(status.bytes, row->after);
	EXPECT_NUMBER(progress->begun, BEFORE + 1);
	EXPECT_NUMBER(progress->ended, BEFORE + 1);
	EXPECT_NUMBER(progress->doubts, row->doubts + row->is_in_doubt);
	EXPECT_NUMBER(progress->flags, row->flags);
	int64_t delay = progress->next_try - time(NULL);
	int64_t jitter = row->not_before || row->reason == ERR_AUTH ? 5 : row->delay / 5 + 5;
	EXPECT(!row->delay || (delay >= row->delay - jitter && delay <= row->delay + jitter));
}

/* Removes all messages of a folder, and returns their number, without the message of that id. */
static size_t clear(enum spool_folder folder, const char *id)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };
	size_t others = 0;

	EXPECT(spool_list(&spool, folder, &ids, &err));
	for (size_t i = 0; i < ids.count; i++) {
		others += strcmp(ids.items[i], id) != 0;
		unlinkat(spool.folders[folder], ids.items[i], 0);
	}
	return others;
}

static size_t clear_all(const char *id)
{
	return clear(SPOOL_QUEUE, id) + clear(SPOOL_HOLD, id) + clear(SPOOL_FAILED, id);
}

static void test_attempts(const struct settings *settings)
{
	static const char *const folders[] = { "q", "hold", "failed" };

	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct settle_case *row = &cases[i];
		struct entry entry;
		test_case("attempt/%s", row->name);
		begin(&entry, row);
		settle_row(&entry, settings, row);
		for (size_t k = 0; k < LENGTH(folders); k++)
			EXPECT_NUMBER(queue_has(folders[k], entry.record.id),
				      row->folder && strcmp(row->folder, folders[k]) == 0);
		if (row->folder)
			expect_record(row->folder, entry.record.id, row);
		EXPECT_NUMBER(clear_all(entry.record.id), row->bounces);
		entry_release(&entry);
	}
}

/* A message that was stopped before its transaction: the attempt counts. */
static const struct settle_case untried[] = {
	{ "the filter defers it", "..", ERR_DEFER, SENDER, .fate = SETTLED_WAITS, .folder = "q",
	  .after = "..", .delay = 10 * MINUTE },
	{ "the filter refuses it", "ff", ERR_INPUT, SENDER, .fate = SETTLED_FAILED,
	  .folder = "failed", .after = "FF", .bounces = 1 },
	{ "the route failed", "..", ERR_NET, .is_route = true, SENDER, .fate = SETTLED_WAITS,
	  .folder = "q", .after = "..", .delay = 4 * MINUTE, .flags = RECORD_ROUTE_FAILED },
};

static void test_untried(const struct settings *settings)
{
	for (size_t i = 0; i < LENGTH(untried); i++) {
		CLEANUP(err_done) struct err reason = ERR_INIT;
		struct entry entry;
		test_case("untried/%s", untried[i].name);
		begin(&entry, &untried[i]);
		err_set(&reason, untried[i].reason, "made up");
		EXPECT_NUMBER(settle_untried(&entry, settings, &reason, untried[i].is_route),
			      untried[i].fate);
		expect_record(untried[i].folder, entry.record.id, &untried[i]);
		EXPECT_NUMBER(clear_all(entry.record.id), untried[i].bounces);
		entry_release(&entry);
	}
}

/* A message that an earlier process has not moved away. */
static void test_left_over(const struct settings *settings)
{
	static const struct {
		const char *status;
		enum settled fate;
		bool is_in_failed;
		size_t bounces;
	} table[] = { { "DD", SETTLED_SENT, false, 0 },
		      { "DF", SETTLED_FAILED, true, 0 },
		      { "Df", SETTLED_FAILED, true, 1 },
		      { "cF", SETTLED_FAILED, true, 1 } };

	for (size_t i = 0; i < LENGTH(table); i++) {
		const struct settle_case row = { .status = table[i].status, SENDER };
		struct entry entry;
		test_case("left over/%s", table[i].status);
		begin(&entry, &row);
		EXPECT_NUMBER(settle_left_over(&entry, settings), table[i].fate);
		EXPECT_NUMBER(entry.record.progress.begun, BEFORE);
		EXPECT(!queue_has("q", entry.record.id));
		EXPECT_NUMBER(queue_has("failed", entry.record.id), table[i].is_in_failed);
		EXPECT_NUMBER(clear_all(entry.record.id), table[i].bounces);
		entry_release(&entry);
	}
}

static void test_put_back(void)
{
	const struct settle_case row = { .status = "D.", .after = "D.", SENDER };
	struct attempt attempt;
	struct entry entry;

	test_case("a message that is put back has no trace of the attempt");
	begin(&entry, &row);
	attempt_init(&attempt, &entry, NULL, TOLERATE_REFUSAL);
	entry.record.progress.begun = BEFORE + 2;
	entry.record.progress.ended = BEFORE + 1;
	entry.record.progress.flags = RECORD_STOPPED_RUN;
	settle_put_back(&attempt);
	expect_record("q", entry.record.id, &row);
	attempt_done(&attempt);
	clear_all(entry.record.id);
	entry_release(&entry);
}

/* The number of lines that the command has written. */
static size_t count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t count = 0;
	int c;

	while (file && (c = getc(file)) != EOF)
		count += c == '\n';
	if (file)
		fclose(file);
	return count;
}

static void test_command(struct settings *settings)
{
	static const struct {
		const char *status;
		size_t runs;
	} table[] = { { "f.", 1 }, { "ff", 1 }, { "c.", 0 }, { "cf", 1 }, { "F.", 0 } };

	settings->on_failure = mem_copy("echo $MAILCHUTE_RECIPIENTS >> runs");
	for (size_t i = 0; i < LENGTH(table); i++) {
		const struct settle_case row = { .status = table[i].status, SENDER };
		struct entry entry;
		test_case("on_failure runs once for a recipient/%s", table[i].status);
		begin(&entry, &row);
		unlink("runs");
		settle_tell(&entry, settings);
		settle_tell(&entry, settings);
		EXPECT_NUMBER(count_lines("runs"), table[i].runs);
		EXPECT_NUMBER(clear_all(entry.record.id), table[i].status[0] != 'F');
		entry_release(&entry);
	}
	free(settings->on_failure);
	settings->on_failure = NULL;
}

/* The recipient of the bounce in q/; NULL: there is none. The caller frees it. */
static char *find_bounce(const char *about)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };
	char *found = NULL;

	EXPECT(spool_list(&spool, SPOOL_QUEUE, &ids, &err));
	for (size_t i = 0; i < ids.count; i++) {
		CLEANUP(entry_release) struct entry entry;
		if (strcmp(ids.items[i], about) == 0)
			continue;
		entry_init(&entry);
		EXPECT(!found);
		EXPECT_NUMBER(claim_peek(&spool, SPOOL_QUEUE, ids.items[i], &entry, &err),
			      CLAIM_GOT);
		EXPECT_TEXT(entry.record.envelope.sender, "");
		EXPECT_TEXT(entry.record.about, about);
		free(found);
		found = mem_copy(entry.record.envelope.recipients[0].address);
	}
	return found;
}

static void test_bounce_address(struct settings *settings)
{
	static const struct {
		const char *name;
		const char *sender;
		const char *bounce; /* of the record */
		const char *bounce_to;
		const char *to; /* NULL: there is no bounce */
	} table[] = {
		{ "the sender", "a@a.example", NULL, NULL, "a@a.example" },
		{ "the address of the record", "a@a.example", "b@b.example", NULL, "b@b.example" },
		{ "bounce_to", "a@a.example", "b@b.example", "p@p.example", "p@p.example" },
		{ "none, as the record says", "a@a.example", "", NULL, NULL },
		{ "none for the null sender", "", NULL, "p@p.example", NULL },
		{ "none without a domain", "root", NULL, NULL, NULL },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		const struct settle_case row = { .status = "f.", .sender = table[i].sender };
		struct entry entry;
		test_case("bounce/%s", table[i].name);
		begin(&entry, &row);
		settings->bounce_to = table[i].bounce_to ? mem_copy(table[i].bounce_to) : NULL;
		entry.record.bounce = table[i].bounce ? mem_copy(table[i].bounce) : NULL;
		settle_tell(&entry, settings);
		CLEANUP(mem_free_at) char *to = find_bounce(entry.record.id);
		EXPECT_TEXT(to, table[i].to);
		clear_all("");
		entry_release(&entry);
		free(settings->bounce_to);
		settings->bounce_to = NULL;
	}
}

/* A notice about a message whose record does or does not say that the sender was told. */
static void test_notice(void)
{
	static const struct {
		const char *name;
		const char *status; /* of the message; NULL: it is gone */
		bool is_locked;     /* by another process */
		bool may_go;
	} table[] = { { "the message is gone", NULL, false, true },
		      { "the sender was told", "F.", true, true },
		      { "not written yet, and another process has the message", "f.", true, false },
		      { "not written yet: written now", "f.", false, true } };
	struct account account = { 0 };

	settings_init(&account.settings);
	for (size_t i = 0; i < LENGTH(table); i++) {
		const struct settle_case row = { .status = table[i].status ? table[i].status : "..",
						 SENDER };
		CLEANUP(entry_release) struct entry notice;
		struct entry entry;
		test_case("notice/%s", table[i].name);
		begin(&entry, &row);
		settle_save(&entry);
		queue_add(&spool, &notice);
		notice.record.about = mem_copy(entry.record.id);
		if (!table[i].status)
			clear_all("");
		if (!table[i].is_locked)
			entry_release(&entry);
		EXPECT_NUMBER(settle_may_send_notice(&notice, &account), table[i].may_go);
		if (table[i].is_locked)
			entry_release(&entry);
		clear_all("");
	}
	account_done(&account);
}

int main(void)
{
	CLEANUP(settings_done) struct settings settings;

	test_begin("settle");
	report_be_quiet();
	settings_init(&settings);
	queue_begin();
	queue_open(&spool);
	test_attempts(&settings);
	test_untried(&settings);
	test_left_over(&settings);
	test_put_back();
	test_command(&settings);
	test_bounce_address(&settings);
	test_notice();
	spool_close(&spool);
	queue_end();
	return test_end();
}
