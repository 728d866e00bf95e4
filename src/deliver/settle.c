/* settle.c - the fate of a message after an attempt: sent, waiting, failed or held */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/settle.h"

#include "base/i18n.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/secret.h"
#include "deliver/bounce.h"
#include "deliver/report.h"
#include "queue/claim.h"
#include "queue/schedule.h"
#include "queue/spool.h"

#include <string.h>
#include <syslog.h>
#include <time.h>

/* The result of an attempt; `reason` is ERR_NONE if all recipients got the message. */
struct outcome {
	const struct err *reason;
	bool is_route;      /* the relay as a whole was the trouble */
	bool is_in_doubt;   /* the relay may have accepted the message */
	bool is_lasting;    /* the removal of a sent message is synced at once */
	int64_t not_before; /* time of the next try; 0: by the schedule */
};

static uint32_t random_number(void)
{
	uint32_t number = 0;

	random_fill(&number, sizeof number);
	return number;
}

static bool has_failures(const struct record *record)
{
	return record_has_untold(record) ||
	       envelope_count_status(&record->envelope, STATUS_FAILED) > 0;
}

static void fail_open(struct envelope *envelope, const struct err *reason)
{
	for (size_t i = 0; i < envelope->count; i++) {
		struct recipient *recipient = &envelope->recipients[i];
		if (!recipient_is_open(recipient))
			continue;
		recipient->status = STATUS_REFUSED;
		if (recipient->err.kind == ERR_NONE)
			err_copy(&recipient->err, reason);
		err_wrap(&recipient->err, _("expired"));
	}
}

static void plan(struct record_progress *progress, const struct outcome *outcome, int64_t now)
{
	int64_t delay;

	schedule_count(progress, now);
	if (outcome->not_before > now)
		delay = outcome->not_before - now;
	else if (err_needs_operator(outcome->reason->kind))
		delay = SCHEDULE_OPERATOR_GAP;
	else if (outcome->is_route && !outcome->is_in_doubt)
		delay = schedule_route_delay(progress->ended, random_number());
	else
		delay = schedule_delay(progress->ended, random_number());
	progress->next_try = now + delay;
}

/* Appends a line that mailq shows. */
static void write_note(struct entry *entry, const struct err *err)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, "%lld %s ", (long long)time(NULL), err_exit_name(err->kind));
	str_add_printable(&line, err->text, strlen(err->text));
	entry_note(entry, line.bytes);
}

/* Notes why the open recipients wait. */
static void note(struct entry *entry, const struct err *reason)
{
	const struct envelope *envelope = &entry->record.envelope;
	CLEANUP(err_done) struct err said = ERR_INIT;

	if (reason->kind == ERR_NONE)
		return;
	err_copy(&said, reason);
	for (size_t i = 0; i < envelope->count; i++) {
		const struct recipient *recipient = &envelope->recipients[i];
		if (!recipient_is_open(recipient) || recipient->err.kind == ERR_NONE)
			continue;
		err_copy(&said, &recipient->err);
		err_wrap(&said, "%s", recipient->address);
		break;
	}
	write_note(entry, &said);
}

void settle_explain_kept(struct entry *entry, const struct settings *settings, struct err *reason)
{
	const char *source = secret_fleeting(settings);

	if (!source)
		return;
	if (reason->kind == ERR_NONE)
		err_set(reason, ERR_AUTH, _("nothing was tried yet"));
	err_wrap(reason, _("kept without its password, which came from %s"), source);
	write_note(entry, reason);
}

/*
 * Removes a message that all recipients have. If that fails, its status says that nothing is left
 * to do.
 */
static enum settled remove_sent(struct entry *entry, bool is_synced, struct err *err)
{
	CLEANUP(err_done) struct err worse = ERR_INIT;

	if (!entry_remove(entry, is_synced, err) && !entry_write_status(entry, true, &worse))
		report_problem(&worse);
	if (err->kind != ERR_NONE)
		report_problem(err);
	return SETTLED_SENT;
}

/*
 * Bounces the failed recipients. This is done at once, while the server's words are in memory: they
 * say more than a status. The notice stays locked, so that no run sends and removes it before the
 * record says that it was made.
 */
static bool tell_untold(struct entry *entry, const struct settings *settings, struct err *err)
{
	CLEANUP(entry_release) struct entry notice;
	struct envelope *envelope = &entry->record.envelope;

	entry_init(&notice);
	if (!record_has_untold(&entry->record))
		return true;
	if (!bounce_failure(entry, settings, &notice, err))
		return false;
	for (size_t i = 0; i < envelope->count; i++) {
		struct recipient *recipient = &envelope->recipients[i];
		if (recipient->status == STATUS_REFUSED || recipient->status == STATUS_COMMAND)
			recipient->status = STATUS_FAILED;
	}
	return entry_write_status(entry, true, err);
}

void settle_tell(struct entry *entry, const struct settings *settings)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!tell_untold(entry, settings, &err))
		report_problem(&err);
}

bool settle_may_send_notice(const struct entry *notice, const struct account *account)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(entry_release) struct entry subject;
	const char *id = notice->record.about;

	entry_init(&subject);
	enum claim claim =
		id ? claim_peek(notice->spool, SPOOL_QUEUE, id, &subject, &err) : CLAIM_GONE;
	if (claim == CLAIM_GONE || claim == CLAIM_DAMAGED ||
	    (claim == CLAIM_GOT && !record_has_untold(&subject.record)))
		return true;
	entry_release(&subject);
	if (claim_take(notice->spool, SPOOL_QUEUE, id, &subject, &err) != CLAIM_GOT)
		return false;
	attempt_adopt(&subject, account);
	settle_tell(&subject, &account->settings);
	return !record_has_untold(&subject.record);
}

/*
 * Moves a failed message to failed/. If that fails, it stays in q/, and the next run goes on from
 * there.
 */
static enum settled finish_failed(struct entry *entry, struct err *err)
{
	if (!entry_move(entry, SPOOL_FAILED, err))
		report_problem(err);
	return SETTLED_FAILED;
}

void settle_save(struct entry *entry)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!entry_write_status(entry, true, &err) || !entry_write_progress(entry, &err))
		report_problem(&err);
}

/* Reports on stderr and in syslog that a message is held. */
static void report_held(const struct entry *entry)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	err_set(&err, ERR_SYSTEM,
		_("message %s is held in the queue: its attempts ended in doubt or in a crash"),
		entry->record.id);
	report_problem(&err);
	log_to_syslog(LOG_MAIL | LOG_ERR, report_name(), err.text);
}

void settle_hold(struct entry *entry)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (entry_write_progress(entry, &err) && entry_move(entry, SPOOL_HOLD, &err))
		report_held(entry);
	if (err.kind != ERR_NONE)
		report_problem(&err);
}

/*
 * Updates the progress of the record. The recipients have their new status already. Returns true if
 * the message has expired, which changes the status again.
 */
static bool update_progress(struct record *record, const struct outcome *outcome, int64_t now)
{
	struct record_progress *progress = &record->progress;
	bool waits_for_relay = outcome->is_route && !outcome->is_in_doubt &&
			       !err_needs_operator(outcome->reason->kind);

	progress->doubts += outcome->is_in_doubt;
	plan(progress, outcome, now);
	progress->flags &= ~(unsigned)RECORD_ROUTE_FAILED;
	progress->flags |= waits_for_relay ? RECORD_ROUTE_FAILED : 0;
	if (envelope_count_open(&record->envelope) == 0 || !schedule_is_expired(record, now))
		return false;
	fail_open(&record->envelope, outcome->reason);
	return true;
}

/* Writes the status first: a notice says nothing that is not on disk. */
static bool write_and_tell(struct entry *entry, const struct settings *settings,
			   const struct outcome *outcome, struct err *err)
{
	bool is_written = entry_write_status(entry, true, err);

	note(entry, outcome->reason);
	if (update_progress(&entry->record, outcome, time(NULL)))
		is_written = is_written && entry_write_status(entry, true, err);
	return is_written && tell_untold(entry, settings, err);
}

static enum settled settle(struct entry *entry, const struct settings *settings,
			   const struct outcome *outcome)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct record *record = &entry->record;
	struct envelope *envelope = &record->envelope;

	record->progress.ended = record->progress.begun;
	if (envelope_count_open(envelope) == 0 && !has_failures(record))
		return remove_sent(entry, outcome->is_lasting, &err);
	bool is_told = write_and_tell(entry, settings, outcome, &err);
	if (!entry_write_progress(entry, &err) || !is_told)
		report_problem(&err);
	if (envelope_count_open(envelope) == 0 && is_told)
		return finish_failed(entry, &err);
	if (envelope_count_open(envelope) == 0)
		return SETTLED_FAILED;
	if (schedule_is_hopeless(&record->progress)) {
		settle_hold(entry);
		return SETTLED_HELD;
	}
	return SETTLED_WAITS;
}

enum settled settle_attempt(struct attempt *attempt, const struct settings *settings,
			    const struct err *reason)
{
	const struct outcome outcome = { .reason = reason,
					 .is_route = attempt->is_route,
					 .is_in_doubt = attempt->transaction.is_in_doubt,
					 .is_lasting = attempt->is_lasting,
					 .not_before = attempt->not_before };

	if (!attempt->is_begun)
		attempt->entry->record.progress.begun++;
	return settle(attempt->entry, settings, &outcome);
}

enum settled settle_untried(struct entry *entry, const struct settings *settings,
			    const struct err *reason, bool is_route)
{
	const struct outcome outcome = { .reason = reason, .is_route = is_route };

	entry->record.progress.begun++;
	return settle(entry, settings, &outcome);
}

enum settled settle_left_over(struct entry *entry, const struct settings *settings)
{
	const struct err none = ERR_INIT;
	const struct outcome outcome = { .reason = &none };

	return settle(entry, settings, &outcome);
}

void settle_put_back(struct attempt *attempt)
{
	struct record_progress *progress = &attempt->entry->record.progress;

	progress->begun--;
	progress->flags &= ~(unsigned)RECORD_STOPPED_RUN;
	settle_save(attempt->entry);
}
