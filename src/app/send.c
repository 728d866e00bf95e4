/* send.c - one message: saved, sent, settled, reported */
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

/* A message on its way, and what came of it. */
struct sending {
	struct job *job;
	struct delivery delivery;
	bool is_saved; /* the message is in the queue */
	bool is_last;  /* nothing else is due on its route */
};

static const struct settings *settings_of(const struct sending *sending)
{
	return &sending->job->account.settings;
}

/* Whether somebody looks at the result: a person, or a program that a person uses. */
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
 * Whether an interrupted caller gets the message back. One that goes on in the background is the
 * child's, which its caller's signals are not for.
 */
static bool is_withdrawn(const struct sending *sending)
{
	const struct request *request = sending->job->request;

	return request->contract == CONTRACT_PERSON && request->delivery != DELIVERY_BACKGROUND;
}

/*
 * Saved first; where that can't be, the message is sent all the same and its true result returned.
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

/* A program's message does not knock at a door that was closed a moment ago. */
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

/* Where memory ends from now on, what the relay has taken is not called unsent. */
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

/* Which troubles keep a message for later; a person mends the others and sends it again. */
static bool is_kept(const struct sending *sending, enum err_kind kind)
{
	if (kind == ERR_NET || kind == ERR_DEFER || kind == ERR_NOHOST || kind == ERR_PROTO)
		return true;
	return settings_of(sending)->queue == QUEUE_ALWAYS || !is_waited_for(sending);
}

/* A message that can't be taken back is as if it had not been tried. */
static void leave_queued(struct entry *entry)
{
	struct envelope *envelope = &entry->record.envelope;

	for (size_t i = 0; i < envelope->count; i++)
		envelope->recipients[i].status = STATUS_PENDING;
	settle_save(entry);
}

/* Out of the queue again: the caller is told that it was not sent, and will not be. */
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

/* Whether single recipients were the trouble, and not the sender or the message. */
static bool is_recipients_fault(const struct sending *sending)
{
	const struct transaction *t = &sending->delivery.attempt.transaction;

	return t->is_envelope_sent && t->mail.kind == ERR_NONE &&
	       (is_any_delivered(t->envelope) || envelope_count_accepted(t->envelope) == 0);
}

/* Whether the caller gets the message back, as nobody has it and nobody is to have it later. */
static bool is_taken_back(const struct sending *sending, enum err_kind kind)
{
	if (kind == ERR_NONE || is_any_delivered(sending->job->envelope))
		return false;
	return err_fate(kind) == FATE_FAIL ? is_waited_for(sending) : !is_kept(sending, kind);
}

/* With a failure for good, but some who got it, a caller that can't be asked is told by notice. */
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
	/* What could not be moved out of the queue has not failed yet. */
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
 * What else is due goes on the same connection, in a child that nobody waits for. The connection is
 * the child's then, and we say nothing more on it.
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

/* Whether the caller is done with it: it is kept, and sent by nobody or by a child. */
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

/* A message that is only put into the queue may lose its password by that. */
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

/* It goes with a run of the queue when its time has come. Returns the exit status. */
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

/* Whether this process is done: the message waits for its time, or is left to others. */
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
	*status = EX_OK;
	return true;
}

static void log_result(const struct job *job, const struct err *err)
{
	report_log(job->has_account ? &job->account.settings : &job->request->settings,
		   job->envelope, err);
}

/* A message that this process does not try gets no line in the log from it. */
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
