/* submission.c - one message submitted by SMTP: accept, save or send, and reply */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "serve/submission.h"

#include "base/i18n.h"
#include "base/log.h"
#include "conf/secret.h"
#include "conf/settings.h"
#include "deliver/delivery.h"
#include "deliver/report.h"
#include "deliver/withdraw.h"
#include "mail/address.h"
#include "queue/quota.h"
#include "submit/addressing.h"
#include "submit/intake.h"
#include "submit/refusal.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>

void submission_init(struct submission *submission, const struct request *base,
		     const struct submitter *submitter)
{
	*submission = (struct submission){ .base = base, .submitter = submitter };
}

void submission_clear(struct submission *submission)
{
	if (submission->has_job) {
		job_done(&submission->job);
		settings_done(&submission->request.settings);
	}
	for (size_t i = 0; i < submission->count; i++)
		smtp_command_done(&submission->recipients[i]);
	free(submission->recipients);
	smtp_command_done(&submission->sender);
	err_done(&submission->trouble);
	submission_init(submission, submission->base, submission->submitter);
}

static bool refuse(struct str *reply, const char *text)
{
	str_add(reply, text);
	return false;
}

bool submission_set_sender(struct submission *submission, struct smtp_command *command,
			   struct str *reply)
{
	if (command->size > SUBMISSION_SIZE_MAX)
		return refuse(reply, "552 5.3.4 the message is too large");
	submission->sender = *command;
	*command = (struct smtp_command){ 0 };
	return true;
}

static bool has_recipient(const struct submission *submission, const char *path)
{
	for (size_t i = 0; i < submission->count; i++)
		if (address_compare(submission->recipients[i].path, path) == 0)
			return true;
	return false;
}

/* A recipient that is named twice gets the message once, with the parameters of the first RCPT. */
bool submission_add_recipient(struct submission *submission, struct smtp_command *command,
			      struct str *reply)
{
	if (has_recipient(submission, command->path))
		return true;
	if (submission->count >= SUBMISSION_RECIPIENTS_MAX)
		return refuse(reply, "452 4.5.3 too many recipients");
	mem_grow(submission->recipients, submission->count);
	submission->recipients[submission->count++] = *command;
	*command = (struct smtp_command){ 0 };
	return true;
}

/* Judging errors */

/*
 * Passes on the relay's reply about the message. 421 becomes 451, because it would end this
 * session.
 */
static bool add_verdict(struct str *reply, const struct err *err)
{
	int code = err->code == 421 ? 451 : err->code;

	if (code < 400 || code > 599)
		return false;
	if (err->kind != ERR_REJECT && err->kind != ERR_REFUSED && err->kind != ERR_DEFER)
		return false;
	str_addf(reply, "%d ", code);
	if (*err->enhanced)
		str_add(reply, err->enhanced);
	else
		str_addf(reply, "%d.0.0", code / 100);
	return true;
}

static const char *default_code(enum err_kind kind)
{
	switch (kind) {
	case ERR_INPUT:
	case ERR_USAGE:
	case ERR_REJECT:
	case ERR_REFUSED:
		return "554 5.6.0";
	case ERR_CONFIG:
	case ERR_AUTH:
	case ERR_TLS:
	case ERR_UNAVAILABLE:
		return "451 4.3.5";
	case ERR_NET:
	case ERR_NOHOST:
	case ERR_PROTO:
	case ERR_DEFER:
		return "451 4.4.1";
	case ERR_NONE:
	case ERR_NOINPUT:
	case ERR_SYSTEM:
	case ERR_IO:
	case ERR_KINDS:
		break;
	}
	return "451 4.3.0";
}

static bool add_refusal(struct str *reply, const struct err *err)
{
	if (!add_verdict(reply, err))
		str_add(reply, default_code(err->kind));
	str_addf(reply, " %s", err->text ? err->text : "");
	return false;
}

/* Accepting */

static bool refuse_for_now(struct str *reply, const struct err *err)
{
	str_addf(reply, "452 4.3.1 %s", err->text);
	return false;
}

static bool is_limited(const struct submission *submission)
{
	return submission->submitter->is_peer && submission->job.has_entry;
}

/* Checks the size that the client declared, before the content comes. */
static bool has_room(struct submission *submission, struct str *reply)
{
	const struct submitter *submitter = submission->submitter;
	CLEANUP(err_done) struct err err = ERR_INIT;

	return !is_limited(submission) ||
	       quota_has_room(&submission->job.spool, submitter->uid, submission->sender.size,
			      &submitter_limit, &err) ||
	       refuse_for_now(reply, &err);
}

static bool reserve(struct submission *submission, struct str *reply)
{
	struct job *job = &submission->job;
	const struct message *message = &job->message;
	CLEANUP(err_done) struct err err = ERR_INIT;

	submission->reserved = message_size(message);
	/* A copy of a message that is not completed has the original header and an empty line. */
	if (message->header_len == 0)
		submission->reserved += message->given.len + 2;
	if (!is_limited(submission))
		return true;
	job->entry.is_counted =
		quota_reserve(&job->spool, job->uid, submission->reserved, &submitter_limit, &err);
	return job->entry.is_counted || refuse_for_now(reply, &err);
}

/* Releases the reserved space, unless the message is in the queue after all. */
static void unreserve(struct submission *submission)
{
	struct job *job = &submission->job;

	if (job->entry.is_counted &&
	    !spool_has(&job->spool, job->entry.folder, job->entry.record.id))
		usage_release(&job->spool, job->uid, submission->reserved);
	job->entry.is_counted = false;
}

/* Makes a request for this message. Its sender chooses the account, as -f does. */
static bool make_request(struct submission *submission, struct err *err)
{
	const struct origin origin = { .kind = ORIGIN_COMMAND_LINE, .is_explicit = true };
	struct request *request = &submission->request;
	const char *sender = submission->sender.path;

	*request = *submission->base;
	request->mode = MODE_SEND;
	request->contract = CONTRACT_SENDMAIL;
	request->read_recipients = false;
	request->read_envelope_from = false;
	request->recipients = NULL;
	request->recipient_count = 0;
	settings_copy(&request->settings, &submission->base->settings);
	job_init(&submission->job, request);
	submission->job.uid = submission->submitter->uid;
	submission->job.is_service = settings_is_explicit(&request->settings, OPT_queue_folder);
	submission->job.is_by_stranger = submitter_is_stranger(submission->submitter);
	submission->has_job = true;
	return settings_set(&request->settings, &options[OPT_from], *sender ? sender : "<>",
			    &origin, err);
}

bool submission_begin(struct submission *submission, struct str *reply)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct job *job = &submission->job;

	bool is_begun = make_request(submission, &err) && intake_begin(job, &err);
	if (job->has_account)
		report_use_log(&job->account.settings);
	report_warnings(&job->config.warnings);
	if (!is_begun)
		return add_refusal(reply, &err);
	if (!has_room(submission, reply))
		return false;
	message_begin(&job->message);
	return true;
}

/* Keeps storing a message that can't be parsed, so that the copy of it is complete. */
static void take_unreadable(struct submission *submission, const char *bytes, size_t len)
{
	struct message *message = &submission->job.message;
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (message->is_unreadable)
		message->is_unreadable = submission->size <= SUBMISSION_SIZE_MAX &&
					 message_take(message, bytes, len, &err);
}

void submission_take(struct submission *submission, const char *bytes, size_t len)
{
	struct err *trouble = &submission->trouble;

	submission->size += len;
	if (trouble->kind != ERR_NONE) {
		take_unreadable(submission, bytes, len);
		return;
	}
	if (submission->size > SUBMISSION_SIZE_MAX) {
		err_set(trouble, ERR_REJECT, _("the message is too large"));
		trouble->code = 552;
		memcpy(trouble->enhanced, "5.3.4", sizeof "5.3.4");
		return;
	}
	if (!message_take(&submission->job.message, bytes, len, trouble))
		log_debug("%s", trouble->text);
}

/* The envelope */

/* The recipients that replace an alias get its parameters (RFC 3461 section 5.2.7.1). */
static void set_parameters(struct envelope *envelope, size_t first, const struct smtp_command *like)
{
	for (size_t i = first; i < envelope->count; i++) {
		if (like->notify)
			envelope->recipients[i].notify = mem_copy(like->notify);
		if (like->orcpt)
			envelope->recipients[i].orcpt = mem_copy(like->orcpt);
	}
}

/* Adds the recipients one at a time, because each has parameters of its own. */
static bool fill_envelope(struct submission *submission, struct err *err)
{
	struct job *job = &submission->job;
	struct envelope *envelope = job->envelope;
	CLEANUP(addressing_done)
	struct addressing addressing = { .settings = &job->account.settings,
					 .qualifies = job_qualifies(job) };

	for (size_t i = 0; i < submission->count; i++) {
		const struct smtp_command *given = &submission->recipients[i];
		size_t before = envelope->count;
		if (!addressing_add_recipient(&addressing, given->path, envelope, err))
			return false;
		set_parameters(envelope, before, given);
	}
	envelope_drop_repeated(envelope);
	envelope->ret = mem_take(&submission->sender.ret);
	envelope->envid = mem_take(&submission->sender.envid);
	return true;
}

/* Saving or sending */

/* Logs which user submitted the message: once it is sent, no other record of this is left. */
static void log_taken(const struct submission *submission)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	const struct job *job = &submission->job;
	int facility = job->account.settings.syslog;

	if (facility < 0 && !submission->submitter->is_peer)
		return;
	str_addf(&line, "queued=%s uid=%u from=", job->entry.record.id, submission->submitter->uid);
	str_add_printable(&line, job->envelope->sender, strlen(job->envelope->sender));
	str_addf(&line, " nrcpts=%zu mailsize=%llu", job->envelope->count,
		 (unsigned long long)job->envelope->size);
	log_to_syslog((facility < 0 ? LOG_MAIL : facility) | LOG_INFO, report_name(), line.bytes);
}

static void answer_queued(struct submission *submission, struct str *reply)
{
	const struct job *job = &submission->job;
	const char *id = job->entry.record.id;

	str_addf(reply, "250 2.0.0 queued as %s", id);
	log_taken(submission);
	if (job->obstacle.kind != ERR_NONE)
		(void)report_queued(id, &job->obstacle, EX_OK);
}

static bool deliver(struct job *job, struct err *err)
{
	CLEANUP(delivery_done) struct delivery delivery;

	delivery_init(&delivery, &job->entry, &job->message, &job->account, TOLERATE_NOTHING);
	delivery.attempt.is_unsaved = true;
	if (delivery_open(&delivery, err))
		return delivery_send(&delivery, true, err);
	/* A failed session says nothing about the message, so it is no permanent failure. */
	err->code = 0;
	if (err_fate(err->kind) == FATE_FAIL)
		err->kind = ERR_NET;
	return false;
}

static void add_success(struct str *reply, const struct envelope *envelope)
{
	str_add(reply, "250 2.0.0 sent: ");
	if (envelope->reply)
		reply_join(envelope->reply, reply);
}

static void send_directly(struct job *job, struct str *reply)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (job->obstacle.kind != ERR_NONE)
		err_copy(&err, &job->obstacle);
	else if (deliver(job, &err))
		add_success(reply, job->envelope);
	if (err.kind != ERR_NONE)
		add_refusal(reply, &err);
	report_log(&job->account.settings, job->envelope, &err);
}

/*
 * Keeps a copy of the refused message, as for sendmail's callers: not every client looks at the
 * reply.
 */
static void keep_refused(struct submission *submission)
{
	struct job *job = &submission->job;
	CLEANUP(err_done) struct err ignored = ERR_INIT;
	CLEANUP(str_done) struct str unsaid = STR_INIT;

	if (job->message.intake && !message_end(&job->message, &ignored))
		err_done(&ignored);
	if (job->envelope->count == 0 && !fill_envelope(submission, &ignored))
		log_debug("%s", ignored.text);
	if (!reserve(submission, &unsaid))
		log_debug("%s", unsaid.bytes);
	else if (refusal_keep(job, &submission->trouble))
		log_debug("a copy is kept as %s", job->entry.record.id);
	else
		unreserve(submission);
	report_log(&job->account.settings, job->envelope, &submission->trouble);
}

bool submission_end(struct submission *submission, struct str *reply)
{
	struct err *trouble = &submission->trouble;
	struct job *job = &submission->job;

	if (trouble->kind != ERR_NONE || !message_end(&job->message, trouble) ||
	    !fill_envelope(submission, trouble) || !intake_finish(job, trouble)) {
		keep_refused(submission);
		return add_refusal(reply, trouble);
	}
	if (!reserve(submission, reply))
		return false;
	if (job->has_entry)
		withdraw_unanswered(&job->entry);
	if (intake_save(job)) {
		secret_take(&job->account.settings);
		answer_queued(submission, reply);
		return true;
	}
	withdraw_nothing();
	unreserve(submission);
	send_directly(job, reply);
	return false;
}
