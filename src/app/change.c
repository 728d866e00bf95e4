/* change.c - the modes for one message of the queue: show, retry, hold, remove */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/change.h"

#include "app/list_queue.h"
#include "app/queue_match.h"
#include "base/i18n.h"
#include "base/log.h"
#include "deliver/delivery.h"
#include "deliver/report.h"
#include "deliver/rounds.h"
#include "deliver/settle.h"
#include "prepare/filter.h"
#include "queue/claim.h"
#include "submit/choice.h"
#include "submit/job.h"

#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static bool claim(const struct queue_match *match, struct entry *entry, struct err *err)
{
	switch (claim_take(match->spool, match->folder, match->id, entry, err)) {
	case CLAIM_GOT:
		return true;
	case CLAIM_BUSY:
		return err_set(err, ERR_DEFER, _("%s: is being sent right now"), match->id);
	case CLAIM_GONE:
		return err_set(err, ERR_NOINPUT, _("%s: has left the queue in the meantime"),
			       match->id);
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

/* The commands */

static int show(const struct request *request, const struct queue_match *match, struct err *err)
{
	(void)request;
	(void)err;
	return list_queue_show(match->spool, match->folder, match->id);
}

static int hold(const struct request *request, const struct queue_match *match, struct err *err)
{
	CLEANUP(entry_release) struct entry entry;

	(void)request;
	entry_init(&entry);
	if (match->folder == SPOOL_FAILED) {
		err_set(err, ERR_USAGE, _("%s: has already failed, so there is nothing to hold"),
			match->id);
		return report_error(err);
	}
	if (!claim(match, &entry, err))
		return report_error(err);
	if (match->folder == SPOOL_QUEUE) {
		if (!entry_move(&entry, SPOOL_HOLD, err))
			return report_error(err);
		note(&entry, "held by --queue-hold");
	}
	return say(match->id, _("held"));
}

/* Removes a damaged message. The attempt to claim it has usually moved it to the hold folder. */
static bool remove_damaged(const struct queue_match *match)
{
	return unlinkat(match->spool->folders[SPOOL_HOLD], match->id, 0) == 0 ||
	       unlinkat(match->spool->folders[match->folder], match->id, 0) == 0;
}

static int remove_message(const struct request *request, const struct queue_match *match,
			  struct err *err)
{
	CLEANUP(entry_release) struct entry entry;

	(void)request;
	entry_init(&entry);
	bool is_removed = claim(match, &entry, err)
				  ? entry_remove(&entry, true, err)
				  : err->kind == ERR_INPUT && remove_damaged(match);
	return is_removed ? say(match->id, _("removed")) : report_error(err);
}

/*
 * Resets a message as if it were new and due now. Its age stays, and recipients in doubt stay in
 * doubt.
 */
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
 * Writes the recipients as pending before moving the file into the queue. After a crash in between,
 * the file is still in its old folder.
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

/*
 * Sends the message once through the relay of another account. Later attempts use its own account
 * again.
 */
static enum settled send_once(struct account *account, struct entry *entry,
			      const struct message *message, struct err *err)
{
	CLEANUP(delivery_done) struct delivery delivery;
	const struct settings *settings = &account->settings;

	delivery_init(&delivery, entry, message, account, TOLERATE_REFUSAL);
	delivery.login = LOGIN_ASKING;
	if (!delivery_open(&delivery, err))
		return SETTLED_WAITS;
	if (delivery_send(&delivery, true, err))
		log_debug("%s: sent", entry->record.id);
	enum settled settled = settle_attempt(&delivery.attempt, settings, err);
	report_log(settings, &entry->record.envelope, err);
	return settled;
}

static int send_by_account(const struct request *request, struct entry *entry, struct err *err)
{
	CLEANUP(mem_free_at) char *id = mem_copy(entry->record.id);
	CLEANUP(job_done) struct job job;
	CLEANUP(message_done) struct message message;
	enum settled settled;

	message_init(&message);
	job_init(&job, request);
	if (!choice_without_message(&job, err))
		return report_error(err);
	attempt_adopt(entry, &job.account);
	if (filter_entry(entry, &job.account, &message, err))
		settled = send_once(&job.account, entry, &message, err);
	else
		settled = settle_untried(entry, &job.account.settings, err, false);
	return say_settled(id, settled, err);
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

/*
 * Refuses to retry a copy whose header or addresses could not be parsed: it is kept for reading
 * only.
 */
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

static int retry(const struct request *request, const struct queue_match *match, struct err *err)
{
	CLEANUP(entry_release) struct entry entry;

	entry_init(&entry);
	if (!claim(match, &entry, err) || !can_be_sent(&entry, err) || !requeue(&entry, err))
		return report_error(err);
	if (request->account)
		return send_by_account(request, &entry, err);
	entry_release(&entry);
	return send_by_own_account(match->spool, match->id);
}

/*
 * Reports that no message matches. A queue that could not be opened may have it, so those problems
 * are reported, too.
 */
static int report_missing(const struct queues *queues, const struct err *err)
{
	report_warnings(&queues->problems);
	int status = report_error(err);
	return queues->status == EX_OK ? status : queues->status;
}

static int change(const struct request *request,
		  int (*act)(const struct request *request, const struct queue_match *match,
			     struct err *err))
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(queues_done) struct queues queues;
	struct queue_match match;

	if (!queues_open(&queues, request, &err))
		return report_error(&err);
	if (!queue_match_find(&queues, request->queue_id, &match, &err))
		return report_missing(&queues, &err);
	return act(request, &match, &err);
}

int change_show(const struct request *request)
{
	return change(request, show);
}

int change_retry(const struct request *request)
{
	return change(request, retry);
}

int change_hold(const struct request *request)
{
	return change(request, hold);
}

int change_remove(const struct request *request)
{
	return change(request, remove_message);
}
