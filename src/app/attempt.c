/* attempt.c - one attempt to send a message of the queue, and what becomes of the message then */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/attempt.h"

#include "app/addressing.h"
#include "app/passage.h"
#include "app/report.h"
#include "app/tell.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/secret.h"
#include "mail/address_parse.h"
#include "mail/alias.h"
#include "queue/schedule.h"
#include "queue/spool.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void attempt_init(struct attempt *attempt, struct entry *entry, const struct message *message,
		  enum tolerance tolerance)
{
	*attempt = (struct attempt){ .entry = entry, .before = STR_INIT };
	entry_add_status(entry, &attempt->before);
	entry_message(entry, &attempt->message);
	if (message)
		message_share(&attempt->message, message);
	transaction_init(&attempt->transaction, &entry->record.envelope, &attempt->message,
			 tolerance);
}

void attempt_done(struct attempt *attempt)
{
	transaction_done(&attempt->transaction);
	message_done(&attempt->message);
	str_done(&attempt->before);
}

static bool adopt_sender(struct envelope *envelope, const char *from)
{
	CLEANUP(err_done) struct err unfit = ERR_INIT;

	if (!from || account_is_pattern(from) || !address_check(from, &unfit))
		return false;
	char *sender = mem_copy(from);
	free(envelope->sender);
	envelope->sender = sender;
	return true;
}

/* The sender that it would have got had there been a config. */
static void complete_sender(struct record *record, const struct account *account)
{
	struct envelope *envelope = &record->envelope;
	const struct settings *settings = &account->settings;
	bool is_given =
		record->progress.flags & RECORD_SENDER_GIVEN && settings->allow_from_override;
	const char *own = addressing_own_sender(account, envelope->sender);

	if (!is_given && adopt_sender(envelope, settings->from))
		own = NULL;
	if (own)
		(void)adopt_sender(envelope, own);
	if (!*envelope->sender || strchr(envelope->sender, '@'))
		return;
	CLEANUP(mem_free_at) char *domain = addressing_domain(settings);
	char *whole = str_format("%s@%s", envelope->sender, domain);
	free(envelope->sender);
	envelope->sender = whole;
}

/* The place in the file is one recipient's: an alias for several can't be followed any more. */
static void follow_alias(struct recipient *recipient, const struct alias_table *table)
{
	CLEANUP(address_list_done) struct address_list in = { 0 };
	CLEANUP(address_list_done) struct address_list out = { 0 };
	CLEANUP(err_done) struct err ignored = ERR_INIT;

	mem_grow(in.items, in.count);
	in.items[0] = (struct address){ 0 };
	in.count = 1;
	if (!address_parse_path(recipient->address, &in.items[0], &ignored) ||
	    !alias_expand(table, &in, &out, &ignored) || out.count != 1)
		return;
	free(recipient->address);
	recipient->address = address_path(&out.items[0]);
}

static void complete_recipients(struct envelope *envelope, const struct settings *settings)
{
	CLEANUP(mem_free_at) char *domain = addressing_domain(settings);
	CLEANUP(alias_table_done) struct alias_table table = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (settings->aliases && !addressing_read_aliases(&table, settings, &err))
		report_problem(&err);
	for (size_t i = 0; i < envelope->count; i++) {
		struct recipient *recipient = &envelope->recipients[i];
		follow_alias(recipient, &table);
		if (strchr(recipient->address, '@'))
			continue;
		char *whole = str_format("%s@%s", recipient->address, domain);
		free(recipient->address);
		recipient->address = whole;
	}
}

void attempt_adopt(struct entry *entry, const struct account *account)
{
	struct record *record = &entry->record;

	if (record->is_raw) {
		complete_sender(record, account);
		complete_recipients(&record->envelope, &account->settings);
	}
	if (record->progress.flags & RECORD_NULL_REFUSED &&
	    !adopt_sender(&record->envelope, account->settings.from))
		(void)adopt_sender(&record->envelope, account->own_from);
}

/* A crash between begin and end is counted by the difference; that is worth no failure. */
static void begin(struct attempt *attempt)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	attempt->entry->record.progress.begun++;
	if (!attempt->is_unsaved && !entry_write_progress(attempt->entry, &err))
		report_problem(&err);
}

/*
 * An error of the message, of its sender or content, holds for all who could have got it. A doubt
 * that an earlier attempt has left stays.
 */
static char judge_recipient(const struct attempt *attempt, size_t i, const struct err *err)
{
	const struct transaction *t = &attempt->transaction;
	struct recipient *recipient = &t->envelope->recipients[i];

	if (recipient->is_delivered)
		return STATUS_DONE;
	if (t->mail.kind != ERR_NONE)
		err_copy(&recipient->err, &t->mail);
	else if (recipient->err.kind == ERR_NONE && !attempt->is_route && !t->is_in_doubt)
		err_copy(&recipient->err, err);
	if (err_fate(recipient->err.kind) == FATE_FAIL)
		return STATUS_REFUSED;
	if (t->is_in_doubt && passage_may_reach(t, recipient))
		return STATUS_DOUBT;
	return attempt->before.bytes[i];
}

static void judge_all(struct attempt *attempt, const struct err *err)
{
	struct envelope *envelope = attempt->transaction.envelope;

	for (size_t i = 0; i < envelope->count; i++)
		if (recipient_is_open(&envelope->recipients[i]))
			envelope->recipients[i].status = judge_recipient(attempt, i, err);
}

/* Some relays take mail only in the name of who has logged in, even a notification. */
static bool is_null_sender_refused(const struct transaction *t)
{
	return !*t->envelope->sender && t->mail.code > 0 && err_fate(t->mail.kind) == FATE_FAIL;
}

bool attempt_send(struct session *session, struct attempt *attempt, struct attempt *next,
		  bool is_last, struct err *err)
{
	struct transaction *t = &attempt->transaction;
	struct transaction *following = next ? &next->transaction : NULL;

	begin(attempt);
	bool is_sent = passage_make(session, attempt, following, is_last, err);
	if (is_null_sender_refused(t)) {
		t->mail.kind = ERR_DEFER;
		attempt->entry->record.progress.flags |= RECORD_NULL_REFUSED;
	}
	attempt->is_route = !is_sent && transaction_blames_route(t, err);
	if (attempt->is_route)
		attempt->entry->record.progress.flags |= RECORD_STOPPED_RUN;
	else
		attempt->entry->record.progress.flags &= ~(unsigned)RECORD_STOPPED_RUN;
	judge_all(attempt, err);
	return is_sent;
}

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

/* For whoever reads the file or asks mailq. */
static void write_note(struct entry *entry, const struct err *err)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, "%lld %s ", (long long)time(NULL), err_exit_name(err->kind));
	str_add_printable(&line, err->text, strlen(err->text));
	entry_note(entry, line.bytes);
}

/* Why those wait who still do. */
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

void attempt_explain_kept(struct entry *entry, const struct settings *settings, struct err *reason)
{
	const char *source = secret_fleeting(settings);

	if (!source)
		return;
	if (reason->kind == ERR_NONE)
		err_set(reason, ERR_AUTH, _("nothing was tried yet"));
	err_wrap(reason, _("kept without its password, which came by %s"), source);
	write_note(entry, reason);
}

/* Where it can't be removed its status says that there is nothing more to do. */
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
 * A settle tells at once, as the server's words are in memory; they say more than a status. The
 * notice is locked, so that it can't be sent and gone, until it is written down that it was made.
 */
static bool tell_untold(struct entry *entry, const struct settings *settings, struct err *err)
{
	CLEANUP(entry_release) struct entry notice;
	struct envelope *envelope = &entry->record.envelope;

	entry_init(&notice);
	if (!record_has_untold(&entry->record))
		return true;
	if (!tell_failure(entry, settings, &notice, err))
		return false;
	for (size_t i = 0; i < envelope->count; i++) {
		struct recipient *recipient = &envelope->recipients[i];
		if (recipient->status == STATUS_REFUSED || recipient->status == STATUS_COMMAND)
			recipient->status = STATUS_FAILED;
	}
	return entry_write_status(entry, true, err);
}

void attempt_tell(struct entry *entry, const struct settings *settings)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!tell_untold(entry, settings, &err))
		report_problem(&err);
}

bool attempt_may_send_notice(const struct entry *notice, const struct account *account)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(entry_release) struct entry subject;
	const char *id = notice->record.about;

	entry_init(&subject);
	enum claim claim =
		id ? spool_peek(notice->spool, SPOOL_QUEUE, id, &subject, &err) : CLAIM_GONE;
	if (claim == CLAIM_GONE || claim == CLAIM_DAMAGED ||
	    (claim == CLAIM_GOT && !record_has_untold(&subject.record)))
		return true;
	entry_release(&subject);
	if (spool_claim(notice->spool, SPOOL_QUEUE, id, &subject, &err) != CLAIM_GOT)
		return false;
	attempt_adopt(&subject, account);
	attempt_tell(&subject, &account->settings);
	return !record_has_untold(&subject.record);
}

/* Where a step fails the message stays in q/, and the next run goes on from there. */
static enum settled finish_failed(struct entry *entry, struct err *err)
{
	if (!entry_move(entry, SPOOL_FAILED, err))
		report_problem(err);
	return SETTLED_FAILED;
}

void attempt_save(struct entry *entry)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!entry_write_status(entry, true, &err) || !entry_write_progress(entry, &err))
		report_problem(&err);
}

void attempt_hold(struct entry *entry)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (entry_write_progress(entry, &err) && entry_move(entry, SPOOL_HOLD, &err))
		tell_held(entry);
	if (err.kind != ERR_NONE)
		report_problem(&err);
}

/*
 * What an attempt changes in the record; the recipients have their status already, which only
 * expiry changes: then it returns true.
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

/* The status goes first; a notice says nothing that is not written down. */
static bool write_and_tell(struct entry *entry, const struct settings *settings,
			   const struct outcome *outcome, struct err *err)
{
	bool is_written = entry_write_status(entry, true, err);

	note(entry, outcome->reason);
	if (update_progress(&entry->record, outcome, time(NULL)))
		is_written = is_written && entry_write_status(entry, true, err);
	return is_written && tell_untold(entry, settings, err);
}

enum settled attempt_settle(struct entry *entry, const struct settings *settings,
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
		attempt_hold(entry);
		return SETTLED_HELD;
	}
	return SETTLED_WAITS;
}
