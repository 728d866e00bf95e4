/* passage.c - one message through a session; recipients are marked on disk as in doubt */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/passage.h"

#include "base/log.h"
#include "deliver/reach.h"
#include "deliver/report.h"
#include "deliver/withdraw.h"
#include "queue/spool.h"
#include "smtp/broken.h"

/* Whether the relay has accepted a recipient, or may accept recipient and message together. */
static bool may_reach(const struct transaction *t, const struct recipient *recipient)
{
	return recipient->is_accepted || (t->is_single_group && recipient_is_open(recipient) &&
					  recipient->err.kind == ERR_NONE);
}

/*
 * Marks the recipients as in doubt. A write without a sync is enough: it survives the end of the
 * process and of the connection.
 */
static bool mark_doubt(struct attempt *attempt, struct err *err)
{
	struct envelope *envelope = attempt->transaction.envelope;

	for (size_t i = 0; i < envelope->count; i++)
		if (may_reach(&attempt->transaction, &envelope->recipients[i]))
			envelope->recipients[i].status = STATUS_DOUBT;
	return attempt->is_unsaved || entry_write_status(attempt->entry, false, err);
}

/*
 * Removes a file that cannot be marked. A caller that waits for the result does not need the file,
 * if all recipients get the message now.
 */
static bool do_without_file(struct attempt *attempt)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!attempt->is_waited_for || envelope_first_failure(attempt->transaction.envelope) ||
	    !entry_remove(attempt->entry, true, &err))
		return false;
	attempt->is_unsaved = true;
	return true;
}

static const struct recipient *first_deferred(const struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->count; i++)
		if (err_fate(envelope->recipients[i].err.kind) == FATE_RETRY)
			return &envelope->recipients[i];
	return NULL;
}

/*
 * Sends the content except its last byte, and marks the recipients. If the mark cannot be written,
 * the last byte is not sent, and the session cannot be used any more. The error is then that of a
 * deferred recipient, if there is one: a refused recipient does not explain why the others got
 * nothing.
 */
static bool send_content(struct session *session, struct attempt *attempt, struct err *err)
{
	struct transaction *t = &attempt->transaction;

	if (!transaction_content(session, t, err))
		return false;
	if (!mark_doubt(attempt, err) && !do_without_file(attempt)) {
		const struct recipient *deferred = first_deferred(t->envelope);
		if (deferred)
			err_copy(err, &deferred->err);
		session_abandon(session);
		return false;
	}
	err_done(err);
	withdraw_disarm();
	return true;
}

/*
 * Sends the last byte. The removal of earlier messages is synced while the relay decides, so that
 * the sync costs no time.
 */
static bool end_content(struct session *session, struct attempt *attempt,
			struct transaction *following, bool is_last, struct err *err)
{
	CLEANUP(err_done) struct err unsynced = ERR_INIT;

	if (!transaction_end(session, &attempt->transaction, following, is_last, err))
		return false;
	if (!attempt->is_unsaved && !spool_sync(attempt->entry->spool, &unsynced))
		report_problem(&unsynced);
	return true;
}

static bool go_through(struct session *session, struct attempt *attempt,
		       struct transaction *following, bool is_last, struct err *err)
{
	struct transaction *t = &attempt->transaction;

	return transaction_offer(session, t, err) && send_content(session, attempt, err) &&
	       end_content(session, attempt, following, is_last, err) &&
	       transaction_settle(session, t, following, err);
}

/* Takes the marks back: the relay has refused the content, so no recipient is in doubt. */
static void unmark(struct attempt *attempt)
{
	struct envelope *envelope = attempt->transaction.envelope;
	CLEANUP(err_done) struct err err = ERR_INIT;

	for (size_t i = 0; i < envelope->count; i++)
		envelope->recipients[i].status = (enum recipient_status)attempt->before.bytes[i];
	if (attempt->transaction.has_content && !attempt->is_unsaved &&
	    !entry_write_status(attempt->entry, false, &err))
		report_problem(&err);
	withdraw_rearm();
}

/*
 * Asks for a new session without the extensions. After the relay has taken a chunk for commands,
 * the session is out of step, so only another session can do without CHUNKING.
 */
static bool ask_new_session(struct session *session, struct attempt *attempt, unsigned without,
			    struct err *err)
{
	session_abandon(session);
	session->broken |= without;
	attempt->wants_new_session = true;
	err->kind = ERR_PROTO;
	err->code = 0;
	return broken_advise(session, without, err);
}

/*
 * Makes the transaction ready for an offer without the extensions that may have caused the refusal.
 * False if the session cannot be used for that.
 */
static bool restart_without(struct session *session, struct attempt *attempt,
			    struct transaction *following, unsigned without, struct err *err)
{
	CLEANUP(err_done) struct err refusal = ERR_INIT;
	bool is_over = session_is_over(session);

	log_debug("%s", err->text);
	err_copy(&refusal, err);
	err_done(err);
	unmark(attempt);
	if (!is_over &&
	    transaction_restart(session, &attempt->transaction, following, without, err))
		return true;
	err_copy(err, &refusal);
	transaction_clear(&attempt->transaction);
	return ask_new_session(session, attempt, without, err);
}

/* Whether the relay has accepted the transaction without the extension that it had refused. */
static bool is_confirmed(const struct transaction *t)
{
	return t->mail.kind == ERR_NONE && envelope_count_accepted(t->envelope) > 0 &&
	       (t->has_content || t->data.kind == ERR_NONE);
}

/*
 * Offers a refused transaction again, as long as an extension may be the reason for the refusal. If
 * the message cannot be sent without that extension, the refusal stands.
 */
static bool retry_without_extensions(struct session *session, struct attempt *attempt,
				     struct transaction *following, bool is_last, struct err *err)
{
	struct transaction *t = &attempt->transaction;
	CLEANUP(err_done) struct err refusal = ERR_INIT;
	CLEANUP(err_done) struct err mail = ERR_INIT;
	unsigned offered = session->client.can.has;
	unsigned dropped = 0;
	unsigned without;
	bool is_sent = false;

	while (!is_sent && (without = broken_suspects(session, t)) != 0) {
		err_copy(&refusal, err);
		err_copy(&mail, &t->mail);
		if (!restart_without(session, attempt, following, without, err))
			return false;
		dropped |= without;
		is_sent = go_through(session, attempt, following, is_last, err);
	}
	if (!is_sent && dropped & CAP_CHUNKING && !t->is_envelope_sent)
		return ask_new_session(session, attempt, dropped, err);
	if (!is_sent && dropped && !t->is_envelope_sent && !session_is_over(session)) {
		err_copy(err, &refusal);
		err_copy(&t->mail, &mail);
	}
	if (is_confirmed(t))
		session->broken |= dropped;
	else if (dropped)
		session->client.can.has = offered;
	return is_sent;
}

/*
 * Notes which extensions failed or worked. If the relay fell silent, the next session does without
 * the extension; this session is over.
 */
static void note_extensions(struct session *session, const struct attempt *attempt, bool is_sent,
			    struct err *err)
{
	const struct transaction *t = &attempt->transaction;
	unsigned silent = is_sent || attempt->wants_new_session ? 0 : broken_by_silence(session, t);

	if (is_sent)
		broken_note_success(session, t);
	session->broken |= silent;
	if (silent & CAP_CHUNKING)
		broken_forgive(t);
	if (silent)
		broken_advise(session, silent, err);
	else if (!is_sent)
		broken_explain(session, err);
	reach_note(session, attempt->entry->spool);
}

/* Makes the transaction of an attempt, from its offer to the verdict. */
static bool make_passage(struct session *session, struct attempt *attempt,
			 struct transaction *following, bool is_last, struct err *err)
{
	bool is_sent = go_through(session, attempt, following, is_last, err) ||
		       retry_without_extensions(session, attempt, following, is_last, err);

	note_extensions(session, attempt, is_sent, err);
	return is_sent;
}

/*
 * Counts the attempt. A later run detects a crash by the difference between begun and ended
 * attempts, so a failed write here is not worth a failure.
 */
static void begin_attempt(struct attempt *attempt)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	attempt->is_begun = true;
	attempt->entry->record.progress.begun++;
	if (!attempt->is_unsaved && !entry_write_progress(attempt->entry, &err))
		report_problem(&err);
}

/*
 * Decides the status of a recipient. An error of the sender or of the content holds for every
 * recipient that could have got the message. A doubt that an earlier attempt has left stays.
 */
static enum recipient_status judge_recipient(const struct attempt *attempt, size_t i,
					     const struct err *err)
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
	if (t->is_in_doubt && may_reach(t, recipient))
		return STATUS_DOUBT;
	return (enum recipient_status)attempt->before.bytes[i];
}

static void judge_all(struct attempt *attempt, const struct err *err)
{
	struct envelope *envelope = attempt->transaction.envelope;

	for (size_t i = 0; i < envelope->count; i++)
		if (recipient_is_open(&envelope->recipients[i]))
			envelope->recipients[i].status = judge_recipient(attempt, i, err);
}

/*
 * Some relays accept only the address of the user who has logged in as envelope sender, even for a
 * bounce.
 */
static bool is_null_sender_refused(const struct transaction *t)
{
	return !*t->envelope->sender && t->mail.code > 0 && err_fate(t->mail.kind) == FATE_FAIL;
}

bool passage_send(struct session *session, struct attempt *attempt, struct attempt *next,
		  bool is_last, struct err *err)
{
	struct transaction *t = &attempt->transaction;
	struct transaction *following = next ? &next->transaction : NULL;

	begin_attempt(attempt);
	bool is_sent = make_passage(session, attempt, following, is_last, err);
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
