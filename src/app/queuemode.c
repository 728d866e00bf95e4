/* queuemode.c - what is asked about the queue: list it, run it, change a message of it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/queuemode.h"

#include "app/attempt.h"
#include "app/choice.h"
#include "app/filter.h"
#include "app/job.h"
#include "app/listqueue.h"
#include "app/report.h"
#include "app/runqueue.h"
#include "app/users.h"
#include "base/ascii.h"
#include "base/i18n.h"
#include "base/log.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum { ID_PART_MIN = 4 };

/* A message that was asked for. */
struct chosen {
	enum spool_folder folder;
	char id[RECORD_ID_LEN + 1];
};

/* The queue */

/* Reads the account's queue_folder, "" where it has none. */
static bool read_folder(const struct request *request, struct str *folder, struct err *err)
{
	const struct config_places places = { SYSCONFDIR, request->config_file };
	const struct config_wish wish = { .account = request->account,
					  .settings = &request->settings };
	CLEANUP(config_done) struct config config;
	CLEANUP(account_done) struct account account = { 0 };
	CLEANUP(err_done) struct err trouble = ERR_INIT;

	config_init(&config);
	if (!config_load(&config, &places, &trouble)) {
		if (!request->is_all_users)
			report_problem(&trouble);
		return true;
	}
	if (!config_choose(&config, &wish, &account, request->account ? err : &trouble))
		return !request->account;
	if (account.settings.queue_folder)
		str_add(folder, account.settings.queue_folder);
	return true;
}

/*
 * Finds the queue: with a config that is missing or broken where it is without any, so that it can
 * be looked at all the same. NULL: there is no such account.
 */
static char *find_queue(const struct request *request, struct err *err)
{
	CLEANUP(str_done) struct str folder = STR_INIT;

	if (request->settings.queue_folder)
		return mem_copy(request->settings.queue_folder);
	if (!settings_is_explicit(&request->settings, OPT_host) &&
	    !read_folder(request, &folder, err))
		return NULL;
	return folder.len ? str_take(&folder) : spool_default_path();
}

static bool open_queue(struct spool *spool, const struct request *request, struct err *err)
{
	CLEANUP(mem_free_at) char *path = find_queue(request, err);

	return path && spool_open(spool, path, false, err);
}

/* The ids */

static bool is_part(const char *id, const char *part)
{
	size_t len = strlen(part);

	return len <= RECORD_ID_LEN &&
	       (ascii_begins(id, part) || ascii_begins(id + RECORD_ID_LEN - len, part));
}

/* Counts the ids that `part` is the beginning or the end of; `found` gets the last one. */
static size_t match_folder(struct spool *spool, enum spool_folder folder, const char *part,
			   struct chosen *found, struct str *names)
{
	size_t count;
	size_t matches = 0;
	char **ids = spool_list(spool, folder, &count);

	for (size_t i = 0; i < count; i++) {
		if (!is_part(ids[i], part))
			continue;
		found->folder = folder;
		memcpy(found->id, ids[i], sizeof found->id);
		str_addf(names, " %s", ids[i]);
		matches++;
	}
	spool_free_ids(ids, count);
	return matches;
}

static bool find_message(struct spool *spool, const char *part, struct chosen *found,
			 struct err *err)
{
	static const enum spool_folder folders[] = { SPOOL_QUEUE, SPOOL_HOLD, SPOOL_FAILED };
	CLEANUP(str_done) struct str names = STR_INIT;
	CLEANUP(str_done) struct str shown = STR_INIT;
	size_t matches = 0;

	str_add_printable(&shown, part, strlen(part));
	if (!*part)
		return err_set(err, ERR_USAGE, _("an id is missing"));
	if (strlen(part) < ID_PART_MIN)
		return err_set(err, ERR_USAGE, _("%s: at least %d characters of an id are needed"),
			       shown.bytes, ID_PART_MIN);
	for (size_t i = 0; i < LENGTH(folders); i++)
		matches += match_folder(spool, folders[i], part, found, &names);
	if (matches == 0)
		return err_set(err, ERR_NOINPUT, _("%s: there is no such message in the queue"),
			       shown.bytes);
	if (matches > 1)
		return err_set(err, ERR_USAGE, _("%s: could be any of%s"), shown.bytes,
			       names.bytes);
	return true;
}

static bool claim(struct spool *spool, const struct chosen *chosen, struct entry *entry,
		  struct err *err)
{
	switch (spool_claim(spool, chosen->folder, chosen->id, entry, err)) {
	case CLAIM_GOT:
		return true;
	case CLAIM_BUSY:
		return err_set(err, ERR_DEFER, _("%s: is being sent right now"), chosen->id);
	case CLAIM_GONE:
		return err_set(err, ERR_NOINPUT, _("%s: has left the queue in the meantime"),
			       chosen->id);
	default:
		return false;
	}
}

static void note(struct entry *entry, const char *text)
{
	CLEANUP(mem_free_at) char *line = str_format("%lld EX_OK %s", (long long)time(NULL), text);

	entry_note(entry, line);
}

static int say(const char *id, const char *what)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, "%s: %s\n", id, what);
	return report_text(&line);
}

/* Changing a message */

static int hold(struct spool *spool, const struct chosen *chosen, struct err *err)
{
	CLEANUP(entry_release) struct entry entry;

	entry_init(&entry);
	if (chosen->folder == SPOOL_FAILED) {
		err_set(err, ERR_USAGE, _("%s: has failed, and is not tried anyway"), chosen->id);
		return report_error(err);
	}
	if (!claim(spool, chosen, &entry, err))
		return report_error(err);
	if (chosen->folder == SPOOL_QUEUE) {
		note(&entry, "held by --queue-hold");
		if (!entry_move(&entry, SPOOL_HOLD, err))
			return report_error(err);
	}
	return say(chosen->id, _("held"));
}

/* What is damaged has been set aside by the attempt to claim it. */
static bool remove_damaged(struct spool *spool, const struct chosen *chosen)
{
	return unlinkat(spool->folders[SPOOL_HOLD], chosen->id, 0) == 0 ||
	       unlinkat(spool->folders[chosen->folder], chosen->id, 0) == 0;
}

static int remove_message(struct spool *spool, const struct chosen *chosen, struct err *err)
{
	CLEANUP(entry_release) struct entry entry;

	entry_init(&entry);
	bool is_removed = claim(spool, chosen, &entry, err)
				  ? entry_remove(&entry, true, err)
				  : err->kind == ERR_INPUT && remove_damaged(spool, chosen);
	return is_removed ? say(chosen->id, _("removed")) : report_error(err);
}

/* As if it had just come in to be sent at once, but for its age; what may have arrived stays in
 * doubt. */
static void renew(struct record *record)
{
	struct record_progress *progress = &record->progress;

	for (size_t i = 0; i < record->envelope.count; i++)
		if (record->envelope.recipients[i].status != STATUS_DONE &&
		    record->envelope.recipients[i].status != STATUS_DOUBT)
			record->envelope.recipients[i].status = STATUS_PENDING;
	progress->begun = progress->ended;
	progress->doubts = 0;
	progress->counted = 0;
	progress->last_counted = 0;
	progress->next_try = time(NULL);
	progress->flags |= RECORD_RELEASED;
}

/*
 * The recipients are open again before the file is where they are tried: a crash in between leaves
 * it where it was.
 */
static bool requeue(struct entry *entry, struct err *err)
{
	renew(&entry->record);
	return entry_write_progress(entry, err) && entry_write_status(entry, true, err) &&
	       (entry->folder == SPOOL_QUEUE || entry_move(entry, SPOOL_QUEUE, err));
}

static int say_settled(const char *id, enum settled settled, struct err *reason)
{
	if (settled == SETTLED_SENT)
		return say(id, _("sent"));
	if (settled == SETTLED_WAITS)
		err_wrap(reason, _("%s: still waits"), id);
	else
		err_wrap(reason, settled == SETTLED_HELD ? _("%s: held") : _("%s: failed"), id);
	return report_error(reason);
}

static int settle_unfiltered(struct entry *entry, const struct settings *settings,
			     struct err *reason)
{
	CLEANUP(mem_free_at) char *id = mem_copy(entry->record.id);
	const struct outcome outcome = { .reason = reason };

	entry->record.progress.begun++;
	return say_settled(id, attempt_settle(entry, settings, &outcome), reason);
}

/* This once by another account's relay; should that not work, by its own the next time. */
static int send_by_account(const struct request *request, struct entry *entry, struct err *err)
{
	CLEANUP(mem_free_at) char *id = mem_copy(entry->record.id);
	CLEANUP(job_done) struct job job;
	CLEANUP(message_done) struct message message;
	struct attempt attempt;
	struct session session;

	message_init(&message);
	job_init(&job, request);
	if (!choice_without_message(&job, err))
		return report_error(err);
	const struct settings *settings = &job.account.settings;
	attempt_adopt(entry, settings);
	if (!filter_entry(entry, settings, &message, err))
		return settle_unfiltered(entry, settings, err);
	if (!session_open(&session, settings, LOGIN_ASKING, err))
		return say_settled(id, SETTLED_WAITS, err);
	attempt_init(&attempt, entry, &message, TOLERATE_REFUSAL);
	if (attempt_send(&session, &attempt, NULL, true, err))
		log_debug("%s: sent", id);
	session_close(&session);
	report_log(settings, &entry->record.envelope, err);
	const struct outcome outcome = { err, attempt.is_route, attempt.transaction.is_in_doubt,
					 .is_lasting = true };
	enum settled settled = attempt_settle(entry, settings, &outcome);
	attempt_done(&attempt);
	return say_settled(id, settled, err);
}

static int send_by_own_account(struct spool *spool, const char *id)
{
	const struct run_choice choice = { .ignores_schedule = true, .id = id };
	struct run_result result;
	int status = EX_OK;

	run_queue(spool, &choice, &result);
	if (result.is_elsewhere)
		status = say(id, _("due now; a run of the queue is under way"));
	else if (result.sent > 0)
		status = say(id, _("sent"));
	else if (result.first.kind != ERR_NONE)
		status = say_settled(id, result.failed > 0 ? SETTLED_FAILED : SETTLED_WAITS,
				     &result.first);
	else
		status = say(id, _("due now"));
	run_result_done(&result);
	return status;
}

static int retry(const struct request *request, struct spool *spool, const struct chosen *chosen,
		 struct err *err)
{
	CLEANUP(entry_release) struct entry entry;

	entry_init(&entry);
	if (!claim(spool, chosen, &entry, err) || !requeue(&entry, err))
		return report_error(err);
	if (request->account)
		return send_by_account(request, &entry, err);
	entry_release(&entry);
	return send_by_own_account(spool, chosen->id);
}

static int change(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_close) struct spool spool;
	struct chosen chosen;

	spool_init(&spool);
	if (!open_queue(&spool, request, &err) ||
	    !find_message(&spool, request->queue_id, &chosen, &err))
		return report_error(&err);
	switch (request->mode) {
	case MODE_QUEUE_SHOW:
		return list_show(&spool, chosen.folder, chosen.id);
	case MODE_QUEUE_RETRY:
		return retry(request, &spool, &chosen, &err);
	case MODE_QUEUE_HOLD:
		return hold(&spool, &chosen, &err);
	default:
		return remove_message(&spool, &chosen, &err);
	}
}

static int list(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_close) struct spool spool;

	spool_init(&spool);
	if (!open_queue(&spool, request, &err))
		return report_error(&err);
	return list_queue(&spool, request->is_json);
}

/* Running the queue */

/* One line, and only for those who asked for it, or where something went wrong. */
static void report_run(const struct run_result *result)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	bool is_trouble = result->first.kind != ERR_NONE || result->failed > 0;

	if (!is_trouble && !log_is_debug())
		return;
	if (result->is_elsewhere)
		str_add(&line, _("another process runs the queue already"));
	else
		str_addf(&line, _("%zu sent, %zu waiting, %zu failed"), result->sent,
			 result->waiting, result->failed);
	if (result->first.kind != ERR_NONE)
		str_addf(&line, ": %s", result->first.text);
	report_warnings(&line);
}

/* For all users: a queue that the system's config names for everybody is not this user's. */
static bool is_somebody_elses(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_uid != geteuid();
}

static int run_once(const struct request *request)
{
	const struct run_choice choice = { .ignores_schedule = request->ignores_schedule,
					   .shows_progress = isatty(STDERR_FILENO),
					   .id = request->choice.id,
					   .sender = request->choice.sender,
					   .recipient = request->choice.recipient };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_close) struct spool spool;
	CLEANUP(mem_free_at) char *path = find_queue(request, &err);
	struct run_result result;

	spool_init(&spool);
	if (path && request->is_all_users && is_somebody_elses(path))
		return EX_OK;
	if (!path || !spool_open(&spool, path, false, &err))
		return report_error(&err);
	run_queue(&spool, &choice, &result);
	report_run(&result);
	run_result_done(&result);
	return EX_OK;
}

/* In the child of each user this returns what its own queue came to. */
static int run_all_users(const struct request *request, bool *is_child)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	int status;

	*is_child = users_become_each(&status, &err);
	if (*is_child)
		return run_once(request);
	return err.kind == ERR_NONE ? status : report_error(&err);
}

static void leave(int number)
{
	(void)number;
	_exit(EX_OK);
}

/* The first process of a container is not ended by a signal that it has no handler for. */
static void listen_to_signals(void)
{
	const struct sigaction action = { .sa_handler = leave };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static void wait_for_next(int seconds)
{
	struct timespec left = { .tv_sec = seconds };

	listen_to_signals();
	while (nanosleep(&left, &left) < 0)
		;
}

static int run(const struct request *request)
{
	bool is_child = false;
	int status;

	if (request->interval > 0)
		listen_to_signals();
	for (;;) {
		status = request->is_all_users ? run_all_users(request, &is_child)
					       : run_once(request);
		if (is_child || request->interval == 0)
			return status;
		wait_for_next(request->interval);
	}
}

int queue_mode_run(const struct request *request)
{
	switch (request->mode) {
	case MODE_QUEUE_RUN:
		return run(request);
	case MODE_QUEUE_LIST:
		return list(request);
	default:
		return change(request);
	}
}
