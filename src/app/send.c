/* send.c - sending one message: prepare, save, send, settle, report */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/send.h"

#include "app/check.h"
#include "base/i18n.h"
#include "base/log.h"
#include "conf/secret.h"
#include "deliver/delivery.h"
#include "deliver/detach.h"
#include "deliver/report.h"
#include "deliver/rounds.h"
#include "deliver/route.h"
#include "deliver/settle.h"
#include "deliver/withdraw.h"
#include "queue/hint.h"
#include "submit/intake.h"
#include "submit/refusal.h"

#include <sysexits.h>
#include <unistd.h>

/* A message that is being sent, and the result so far. */
struct sending {
	struct job *job;
	struct delivery delivery;
	bool is_saved; /* the message is in the queue */
	bool is_last;  /* no other message is due on its route */
};

static const struct settings *settings_of(const struct sending *sending)
{
	return &sending->job->account.settings;
}

/* Whether a person waits for the result, directly or through a mail program. */
static bool is_waited_for(const struct sending *sending)
{
	const struct request *request = sending->job->request;

	return request->contract == CONTRACT_PERSON && request->delivery == DELIVERY_NOW;
}

static bool is_for_later(const struct sending *sending)
{
	return sending->job->request->not_before > 0;
}

static void show_debug(const struct job *job)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (!log_is_debug())
		return;
	check_add_pretended(&job->config, &job->account, job->request, &text);
	(void)report_text(&text);
}

static int exit_when_queued(const struct settings *settings)
{
	return settings->queue_exit == QUEUE_EXIT_75 ? EX_TEMPFAIL : EX_OK;
}

/*
 * Whether an interrupt withdraws the message. In the background a child sends it, and signals to
 * the caller do not concern the child.
 */
static bool is_withdrawn(const struct sending *sending)
{
	const struct request *request = sending->job->request;

	return request->contract == CONTRACT_PERSON && request->delivery != DELIVERY_BACKGROUND;
}

/*
 * Saves the message in the queue. If that fails, it is sent without being saved, and the caller
 * gets the real result.
 */
static void save(struct sending *sending)
{
	struct entry *entry = &sending->job->entry;
	int status = EX_OK;

	if (sending->job->request->delivery == DELIVERY_NOW && !is_for_later(sending))
		status = exit_when_queued(settings_of(sending));
	if (sending->job->has_entry && is_withdrawn(sending))
		withdraw_on_signal(entry, status);
	sending->is_saved = intake_save(sending->job);
	if (!sending->is_saved)
		withdraw_nothing();
	else if (!is_withdrawn(sending))
		withdraw_keep(entry, status);
}

static enum tolerance choose_tolerance(const struct sending *sending)
{
	enum partial partial = settings_of(sending)->partial;

	if (!sending->is_saved)
		return TOLERATE_NOTHING;
	if (partial == PARTIAL_AUTO)
		partial = is_waited_for(sending) ? PARTIAL_ABORT : PARTIAL_SEND;
	return partial == PARTIAL_SEND ? TOLERATE_REFUSAL : TOLERATE_DEFERRAL;
}

static bool has_more_for_route(struct sending *sending)
{
	struct job *job = sending->job;
	CLEANUP(mem_free_at) char *key = route_key(settings_of(sending));

	return sending->is_saved && run_list_has_other(&job->spool, key, job->entry.record.id);
}

/* Skips the attempt if this route failed recently and no person is waiting. */
static bool is_in_vain(struct sending *sending, struct err *err)
{
	const struct account *account = &sending->job->account;
	CLEANUP(mem_free_at) char *key = route_key(&account->settings);

	CLEANUP(str_done) struct str last = STR_INIT;

	if (is_waited_for(sending) || !sending->is_saved)
		return false;
	int64_t next_try = hint_next_try(&sending->job->spool, key, account->file, &last);
	sending->delivery.attempt.not_before = next_try;
	if (next_try == 0)
		return false;
	return !err_set(err, ERR_NET,
			_("not tried now, because of a failure a short time ago: "
			  "%s"),
			last.bytes);
}

static bool is_any_delivered(const struct envelope *envelope)
{
	return envelope_count_status(envelope, STATUS_DONE) > 0;
}

/*
 * Notes that the relay has accepted the message: running out of memory must not report it as
 * unsent.
 */
static void note_delivered(const struct sending *sending)
{
	const struct envelope *envelope = sending->job->envelope;
	bool is_for_all = envelope_count_status(envelope, STATUS_DONE) == envelope->count;

	if (!is_any_delivered(envelope))
		return;
	if (sending->is_saved)
		withdraw_served(is_for_all);
	else
		withdraw_decided(EX_OK);
}

static bool deliver(struct sending *sending, struct err *err)
{
	struct delivery *delivery = &sending->delivery;
	struct attempt *attempt = &delivery->attempt;

	if (is_in_vain(sending, err)) {
		attempt->is_route = true;
		return false;
	}
	if (!delivery_open(delivery, err))
		return false;
	sending->is_last = !has_more_for_route(sending);
	bool is_sent = delivery_send(delivery, sending->is_last, err);
	sending->is_saved = !attempt->is_unsaved;
	note_delivered(sending);
	return is_sent;
}

static void begin_delivery(struct sending *sending)
{
	struct job *job = sending->job;
	struct delivery *delivery = &sending->delivery;

	delivery_init(delivery, &job->entry, &job->message, &job->account,
		      choose_tolerance(sending));
	delivery->login = is_waited_for(sending) ? LOGIN_ASKING : LOGIN_ALONE;
	delivery->attempt.is_unsaved = !sending->is_saved;
	delivery->attempt.is_waited_for = is_waited_for(sending);
}

/*
 * Whether an error keeps the message in the queue. A person corrects the other errors and sends it
 * again.
 */
static bool is_kept(const struct sending *sending, enum err_kind kind)
{
	if (kind == ERR_NET || kind == ERR_DEFER || kind == ERR_NOHOST || kind == ERR_PROTO)
		return true;
	return settings_of(sending)->queue == QUEUE_ALWAYS || !is_waited_for(sending);
}

/* Treats a message that can't be removed from the queue as not yet tried. */
static void leave_queued(struct entry *entry)
{
	struct envelope *envelope = &entry->record.envelope;

	for (size_t i = 0; i < envelope->count; i++)
		envelope->recipients[i].status = STATUS_PENDING;
	settle_save(entry);
}

/* Removes the message from the queue, and reports that it was not sent. */
static int take_back(struct sending *sending, const struct err *reason)
{
	struct entry *entry = &sending->job->entry;
	CLEANUP(err_done) struct err err = ERR_INIT;

	bool is_gone = entry_remove(entry, true, &err);
	if (err.kind != ERR_NONE)
		report_problem(&err);
	if (is_gone)
		return report_error(reason);
	leave_queued(entry);
	return report_queued(entry->record.id, reason, exit_when_queued(settings_of(sending)));
}

/* Whether the relay refused recipients, and not the sender or the message. */
static bool is_recipients_fault(const struct sending *sending)
{
	const struct transaction *t = &sending->delivery.attempt.transaction;

	return t->is_envelope_sent && t->mail.kind == ERR_NONE &&
	       (is_any_delivered(t->envelope) || envelope_count_accepted(t->envelope) == 0);
}

/*
 * Whether to return the message to the caller: no recipient has it, and no later attempt is wanted.
 */
static bool is_taken_back(const struct sending *sending, enum err_kind kind)
{
	if (kind == ERR_NONE || is_any_delivered(sending->job->envelope))
		return false;
	return err_fate(kind) == FATE_FAIL ? is_waited_for(sending) : !is_kept(sending, kind);
}

/*
 * Returns the exit status for a permanent failure. If only recipients failed and no person is
 * waiting, the status is EX_OK and a bounce tells the sender.
 */
static int status_of_failure(const struct sending *sending, const struct err *reason)
{
	report_problem(reason);
	return !is_waited_for(sending) && is_recipients_fault(sending)
		       ? EX_OK
		       : err_exit_status(reason->kind);
}

static int settle_saved(struct sending *sending, const struct err *reason)
{
	const struct settings *settings = settings_of(sending);
	struct entry *entry = &sending->job->entry;
	CLEANUP(err_done) struct err explained = ERR_INIT;

	if (is_taken_back(sending, reason->kind))
		return take_back(sending, reason);
	enum settled settled = settle_attempt(&sending->delivery.attempt, settings, reason);
	err_copy(&explained, reason);
	if (reason->kind != ERR_NONE && err_fate(reason->kind) != FATE_FAIL)
		settle_explain_kept(entry, settings, &explained);
	switch (settled) {
	case SETTLED_SENT:
		return EX_OK;
	case SETTLED_WAITS:
		return report_queued(entry->record.id, &explained, exit_when_queued(settings));
	case SETTLED_FAILED:
	case SETTLED_HELD:
		break;
	}
	/* If the file could not be moved to failed/, the message has not failed yet. */
	if (entry->folder == SPOOL_QUEUE)
		return report_queued(entry->record.id, reason, exit_when_queued(settings));
	return status_of_failure(sending, reason);
}

static int settle(struct sending *sending, const struct err *reason)
{
	if (sending->is_saved)
		return settle_saved(sending, reason);
	return reason->kind == ERR_NONE ? EX_OK : report_error(reason);
}

/*
 * Sends other messages that are due on the same connection, in a child that runs on. The child owns
 * the connection, so the parent sends nothing more on it.
 */
static void go_on_in_background(struct sending *sending)
{
	struct session *session = &sending->delivery.session;
	int pid = session_is_usable(session) ? detach() : -1;

	if (pid > 0)
		session_abandon(session);
	if (pid != 0)
		return;
	withdraw_disarm();
	entry_release(&sending->job->entry);
	run_on_session(&sending->job->spool, session);
	session_close(session);
	rounds_run_requested(&sending->job->spool);
	_exit(report_end(EX_OK));
}

/* Whether this process leaves the message to a run of the queue or to a child. */
static bool is_left_to_others(const struct sending *sending)
{
	switch (sending->job->request->delivery) {
	case DELIVERY_QUEUE_ONLY:
		return sending->is_saved;
	case DELIVERY_BACKGROUND:
		return sending->is_saved && detach() > 0;
	case DELIVERY_NOW:
		break;
	}
	return false;
}

/*
 * Reports why a message is kept. Its password is not saved, so the report says if a later attempt
 * will lack it.
 */
static void tell_kept(struct sending *sending)
{
	struct entry *entry = &sending->job->entry;
	CLEANUP(err_done) struct err reason = ERR_INIT;

	if (sending->job->obstacle.kind != ERR_NONE)
		err_copy(&reason, &sending->job->obstacle);
	else if (sending->job->request->delivery == DELIVERY_QUEUE_ONLY)
		settle_explain_kept(entry, settings_of(sending), &reason);
	if (reason.kind != ERR_NONE)
		(void)report_queued(entry->record.id, &reason, EX_OK);
}

/* Reports that a run of the queue will send the message at its time. Returns the exit status. */
static int tell_for_later(const struct sending *sending)
{
	struct job *job = sending->job;
	CLEANUP(err_done) struct err reason = ERR_INIT;

	if (job->obstacle.kind != ERR_NONE)
		err_copy(&reason, &job->obstacle);
	else
		settle_explain_kept(&job->entry, settings_of(sending), &reason);
	if (reason.kind != ERR_NONE)
		report_problem(&reason);
	withdraw_block();
	return report_queued_until(job->entry.record.id, job->entry.record.not_before);
}

static int send_now(struct sending *sending, struct err *err)
{
	begin_delivery(sending);
	if (sending->job->obstacle.kind != ERR_NONE)
		err_copy(err, &sending->job->obstacle);
	else if (!deliver(sending, err))
		log_debug("%s", err->text);
	if (sending->is_saved)
		withdraw_block();
	int status = settle(sending, err);
	withdraw_decided(status);
	if (sending->delivery.is_open && sending->is_saved && !sending->is_last &&
	    err->kind == ERR_NONE)
		go_on_in_background(sending);
	delivery_done(&sending->delivery);
	return status;
}

/*
 * Whether this process ends without an attempt: the message waits for its time, or is left to
 * another process.
 */
static bool is_done(struct sending *sending, int *status)
{
	if (is_for_later(sending)) {
		*status = tell_for_later(sending);
		return true;
	}
	if (sending->job->request->delivery != DELIVERY_NOW)
		secret_take(settings_of(sending));
	if (!is_left_to_others(sending))
		return false;
	tell_kept(sending);
	withdraw_block();
	*status = EX_OK;
	return true;
}

static void log_result(const struct job *job, const struct err *err)
{
	report_log(job->has_account ? &job->account.settings : &job->request->settings,
		   job->envelope, err);
}

/*
 * Saves and sends a message. Writes a log line only if this process tries to send it. Otherwise
 * signals wait until the process ends: the message is no longer removed, so its status must be 0.
 */
static int send_job(struct job *job, struct err *err)
{
	struct sending sending = { .job = job };
	int status = EX_OK;

	report_use_log(&job->account.settings);
	save(&sending);
	if (is_for_later(&sending) && !sending.is_saved) {
		err_copy(err, &job->no_queue);
		status = err_exit_status(err->kind);
	} else if (is_done(&sending, &status)) {
		withdraw_decided(status);
		return status;
	} else {
		status = send_now(&sending, err);
	}
	log_result(job, err);
	return status;
}

static int refuse(struct job *job, const struct err *err)
{
	int status = refusal_report(job, err);

	log_result(job, err);
	return status;
}

int send_message(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(job_done) struct job job;

	job_init(&job, request);
	bool is_ready = intake_prepare(&job, STDIN_FILENO, &err);
	report_warnings(&job.config.warnings);
	if (is_ready)
		show_debug(&job);
	is_ready = is_ready && refusal_keep_part(&job, &err);
	return is_ready ? send_job(&job, &err) : refuse(&job, &err);
}
