/* change.c - what a person does with one message of the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/change.h"

#include "app/listqueue.h"
#include "base/ascii.h"
#include "base/i18n.h"
#include "base/log.h"
#include "conf/secret.h"
#include "deliver/attempt.h"
#include "deliver/passage.h"
#include "deliver/reach.h"
#include "deliver/report.h"
#include "deliver/rounds.h"
#include "deliver/settle.h"
#include "prepare/filter.h"
#include "submit/choice.h"
#include "submit/job.h"

#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum { ID_PART_MIN = 4 };

/* A message that was asked for. */
struct chosen {
	struct spool *spool;
	enum spool_folder folder;
	char id[RECORD_ID_LEN + 1];
};

/* The ids */

static bool is_part(const char *id, const char *part)
{
	size_t len = strlen(part);

	return len <= RECORD_ID_LEN &&
	       (ascii_begins(id, part) || ascii_begins(id + RECORD_ID_LEN - len, part));
}

/* The ids that match what was asked for, and the last of them. */
struct matches {
	struct str names;
	size_t count;
	struct chosen last;
};

static void matches_done(struct matches *matches)
{
	str_done(&matches->names);
}

/* Adds the ids that `part` is the beginning or the end of. */
static bool match_folder(struct spool *spool, enum spool_folder folder, const char *part,
			 struct matches *matches, struct err *err)
{
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };

	if (!spool_list(spool, folder, &ids, err))
		return false;
	for (size_t i = 0; i < ids.count; i++) {
		if (!is_part(ids.items[i], part))
			continue;
		matches->last.spool = spool;
		matches->last.folder = folder;
		memcpy(matches->last.id, ids.items[i], sizeof matches->last.id);
		str_addf(&matches->names, " %s", ids.items[i]);
		matches->count++;
	}
	return true;
}

static bool match_queue(struct spool *spool, const char *part, struct matches *matches,
			struct err *err)
{
	static const enum spool_folder folders[] = { SPOOL_QUEUE, SPOOL_HOLD, SPOOL_FAILED };

	for (size_t i = 0; i < LENGTH(folders); i++)
		if (!match_folder(spool, folders[i], part, matches, err))
			return false;
	return true;
}

static bool find_message(struct queues *queues, const char *part, struct chosen *found,
			 struct err *err)
{
	CLEANUP(matches_done) struct matches matches = { .names = STR_INIT };
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, part, strlen(part));
	if (!*part)
		return err_set(err, ERR_USAGE, _("an id is missing"));
	if (strlen(part) < ID_PART_MIN)
		return err_set(err, ERR_USAGE, _("%s: at least %d characters of an id are needed"),
			       shown.bytes, ID_PART_MIN);
	for (size_t i = 0; i < queues->count; i++)
		if (!match_queue(&queues->items[i], part, &matches, err))
			return false;
	if (matches.count == 0)
		return err_set(err, ERR_NOINPUT, _("%s: there is no such message in the queue"),
			       shown.bytes);
	if (matches.count > 1)
		return err_set(err, ERR_USAGE, _("%s: matches several messages:%s"), shown.bytes,
			       matches.names.bytes);
	*found = matches.last;
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
	case CLAIM_DAMAGED:
	case CLAIM_FAILED:
		break;
	}
	return false;
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

/* What can be done */

static int hold(struct spool *spool, const struct chosen *chosen, struct err *err)
{
	CLEANUP(entry_release) struct entry entry;

	entry_init(&entry);
	if (chosen->folder == SPOOL_FAILED) {
		err_set(err, ERR_USAGE,
			_("%s: has already failed, so there is nothing to "
			  "hold"),
			chosen->id);
		return report_error(err);
	}
	if (!claim(spool, chosen, &entry, err))
		return report_error(err);
	if (chosen->folder == SPOOL_QUEUE) {
		if (!entry_move(&entry, SPOOL_HOLD, err))
			return report_error(err);
		note(&entry, "held by --queue-hold");
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
	if (!entry_write_progress(entry, err))
		return false;
	return entry->folder == SPOOL_QUEUE ? entry_write_status(entry, true, err)
					    : entry_move(entry, SPOOL_QUEUE, err);
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
	return say_settled(id, settle_entry(entry, settings, &outcome), reason);
}

static enum settled send_on(struct session *session, struct entry *entry,
			    const struct message *message, struct err *err)
{
	const struct settings *settings = session->settings;
	struct attempt attempt;

	attempt_init(&attempt, entry, message, TOLERATE_REFUSAL);
	if (passage_send(session, &attempt, NULL, true, err))
		log_debug("%s: sent", entry->record.id);
	const struct outcome outcome = { err, attempt.is_route, attempt.transaction.is_in_doubt,
					 .is_lasting = true };
	enum settled settled = settle_entry(entry, settings, &outcome);
	report_log(settings, &entry->record.envelope, err);
	session_close(session);
	attempt_done(&attempt);
	return settled;
}

/* This once by another account's relay; should that not work, by its own the next time. */
static int send_by_account(const struct request *request, struct entry *entry, struct err *err)
{
	CLEANUP(mem_free_at) char *id = mem_copy(entry->record.id);
	CLEANUP(job_done) struct job job;
	CLEANUP(message_done) struct message message;
	struct session session;

	message_init(&message);
	job_init(&job, request);
	if (!choice_without_message(&job, err))
		return report_error(err);
	const struct settings *settings = &job.account.settings;
	attempt_adopt(entry, &job.account);
	if (!filter_entry(entry, &job.account, &message, err))
		return settle_unfiltered(entry, settings, err);
	bool is_open = reach_open(&session, entry->spool, settings, LOGIN_ASKING, err);
	secret_forget(&job.account.settings);
	if (!is_open)
		return say_settled(id, SETTLED_WAITS, err);
	return say_settled(id, send_on(&session, entry, &message, err), err);
}

static int send_by_own_account(struct spool *spool, const char *id)
{
	const struct run_choice choice = { .ignores_schedule = true, .id = id };
	struct run_result result;
	int status = EX_OK;

	rounds_run(spool, &choice, &result);
	if (result.is_elsewhere)
		status = say(id, _("due now; a run of the queue is under way"));
	else if (result.sent > 0)
		status = say(id, _("sent"));
	else if (result.first.kind != ERR_NONE)
		status = say_settled(id, result.failed > 0 ? SETTLED_FAILED : SETTLED_WAITS,
				     &result.first);
	else if (result.obstacle.kind != ERR_NONE)
		status = err_exit_status(result.obstacle.kind);
	else
		status = say(id, _("due now"));
	run_result_done(&result);
	return status;
}

/* A copy of what we could not make out is there to be read. */
static bool can_be_sent(const struct entry *entry, struct err *err)
{
	const char *id = entry->record.id;

	if (!entry->record.is_unsendable)
		return true;
	return err_set(err, ERR_INPUT,
		       _("%s: can't be sent as it is; read it (mailchute --queue-show %s), and "
			 "send a corrected message"),
		       id, id);
}

static int retry(const struct request *request, struct spool *spool, const struct chosen *chosen,
		 struct err *err)
{
	CLEANUP(entry_release) struct entry entry;

	entry_init(&entry);
	if (!claim(spool, chosen, &entry, err) || !can_be_sent(&entry, err) ||
	    !requeue(&entry, err))
		return report_error(err);
	if (request->account)
		return send_by_account(request, &entry, err);
	entry_release(&entry);
	return send_by_own_account(spool, chosen->id);
}

/* It may be in a queue that could not be opened. */
static int report_missing(const struct queues *queues, const struct err *err)
{
	report_warnings(&queues->problems);
	int status = report_error(err);
	return queues->status == EX_OK ? status : queues->status;
}

int change_message(const struct request *request, struct queues *queues)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct chosen chosen;

	if (!find_message(queues, request->queue_id, &chosen, &err))
		return report_missing(queues, &err);
	switch (request->mode) {
	case MODE_QUEUE_SHOW:
		return list_show(chosen.spool, chosen.folder, chosen.id);
	case MODE_QUEUE_RETRY:
		return retry(request, chosen.spool, &chosen, &err);
	case MODE_QUEUE_HOLD:
		return hold(chosen.spool, &chosen, &err);
	default:
		return remove_message(chosen.spool, &chosen, &err);
	}
}
