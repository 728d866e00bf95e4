/* refusal.c - refusing a program's message: keep a copy, send a bounce */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/refusal.h"

#include "base/i18n.h"
#include "base/log.h"
#include "deliver/report.h"
#include "deliver/settle.h"
#include "submit/addressing.h"
#include "submit/choice.h"
#include "submit/intake.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 16 * 1024 };
enum { TEXT_MAX = ADDRESS_MAX }; /* limit for a text that stands in place of an address */

static const struct settings *settings_of(const struct job *job)
{
	return job->has_account ? &job->account.settings : &job->request->settings;
}

static bool is_refusal(const struct job *job, const struct err *reason)
{
	bool is_refused = reason->kind == ERR_INPUT || reason->kind == ERR_USAGE ||
			  reason->kind == ERR_REJECT;

	return is_refused && job->request->contract == CONTRACT_SENDMAIL;
}

/* Whether the message is complete and has a queue to be kept in. Prints the obstacle if not. */
static bool can_be_kept(struct job *job)
{
	struct err *obstacle = &job->no_queue;

	if (job->has_entry && !job->message.is_whole)
		err_set(obstacle, ERR_IO, _("it could not be read to its end"));
	if (obstacle->kind == ERR_NONE)
		return job->has_entry;
	err_wrap(obstacle, _("not kept in the queue"));
	report_problem(obstacle);
	return false;
}

/* Sets the sender as well as possible, or the null sender. */
static void find_sender(struct job *job)
{
	CLEANUP(err_done) struct err ignored = ERR_INIT;
	struct envelope *envelope = job->envelope;

	if (envelope->sender)
		return;
	if (choice_finish(job, &ignored))
		err_done(&ignored);
	if (!addressing_set_sender(envelope, job->request, settings_of(job), job_qualifies(job),
				   &ignored))
		log_debug("%s", ignored.text);
}

static void add_text(struct envelope *envelope, const char *text, size_t len)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, text, len < TEXT_MAX ? len : TEXT_MAX);
	if (shown.len > 0)
		envelope_add(envelope, str_take(&shown));
}

static void add_fields(struct envelope *envelope, const struct header *header)
{
	static const char *const names[] = { "To", "Cc", "Bcc" };

	for (size_t i = 0; i < header->count; i++) {
		CLEANUP(str_done) struct str body = STR_INIT;
		bool is_named = false;
		for (size_t n = 0; n < LENGTH(names); n++)
			is_named |= header_is(header, &header->fields[i], names[n]);
		if (is_named)
			header_add_unfolded(header, &header->fields[i], &body);
		add_text(envelope, body.bytes, body.len);
	}
}

/*
 * Sets the recipients as they were given, if only as printable texts, so that a reader recognises
 * the message.
 */
static void name_recipients(struct job *job)
{
	const struct request *request = job->request;
	struct envelope *envelope = job->envelope;
	bool is_checked = envelope->count > 0;

	for (size_t i = 0; i < envelope->count; i++) {
		char **address = &envelope->recipients[i].address;
		CLEANUP(str_done) struct str shown = STR_INIT;
		str_add_printable(&shown, *address, strlen(*address));
		free(*address);
		*address = str_take(&shown);
	}
	for (size_t i = 0; !is_checked && i < request->recipient_count; i++)
		add_text(envelope, request->recipients[i], strlen(request->recipients[i]));
	if (!is_checked && request->read_recipients)
		add_fields(envelope, &job->message.header);
	if (envelope->count == 0)
		add_text(envelope, "unknown", strlen("unknown"));
}

/* Completes the copy. If the header could not be completed, the original header is used. */
static bool fill(struct job *job, struct err *err)
{
	struct message *message = &job->message;

	if (!job->is_complete) {
		find_sender(job);
		name_recipients(job);
		job->entry.record.is_unsendable = true;
	}
	if (message->header_len == 0 && !message_complete(message, &message->given, err))
		return false;
	intake_describe(job);
	return true;
}

static void refuse_all(struct envelope *envelope, const struct err *reason)
{
	for (size_t i = 0; i < envelope->count; i++) {
		struct recipient *recipient = &envelope->recipients[i];
		recipient->status = STATUS_REFUSED;
		if (recipient->err.kind == ERR_NONE)
			err_copy(&recipient->err, reason);
	}
}

bool refusal_keep(struct job *job, const struct err *reason)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!is_refusal(job, reason) || !can_be_kept(job))
		return false;
	if (!fill(job, &err)) {
		report_problem(&err);
		return false;
	}
	refuse_all(job->envelope, reason);
	return intake_save(job) &&
	       settle_untried(&job->entry, settings_of(job), reason, false) == SETTLED_FAILED;
}

/* Copies the body, line ends unchanged. */
static bool copy_body(struct message *to, const struct message *from, struct err *err)
{
	char piece[PIECE];
	uint64_t at = from->header_len;
	ssize_t got;

	while ((got = message_read_at(from, at, piece, sizeof piece, err)) > 0) {
		if (!message_take(to, piece, (size_t)got, err))
			return false;
		at += (uint64_t)got;
	}
	return got == 0;
}

/* Copies the message with its original header. */
static bool copy_message(struct message *to, const struct message *from, struct err *err)
{
	message_begin(to);
	return message_take(to, from->given.bytes, from->given.len, err) &&
	       message_take(to, "\r\n", 2, err) && copy_body(to, from, err) && message_end(to, err);
}

static void name_unreadable(struct envelope *envelope, const struct address_faults *unreadable)
{
	for (size_t i = 0; i < unreadable->count; i++) {
		const struct address_fault *fault = &unreadable->items[i];
		struct recipient *added = envelope_add(envelope, mem_copy(fault->given));
		err_set(&added->err, ERR_INPUT, "%s", fault->text);
	}
}

static bool prepare_part(struct job *part, const struct job *whole, struct err *err)
{
	part->uid = whole->uid;
	part->is_service = whole->is_service;
	part->is_by_stranger = whole->is_by_stranger;
	if (!intake_begin(part, err) || !copy_message(&part->message, &whole->message, err))
		return false;
	part->envelope->sender = mem_copy(whole->envelope->sender);
	name_unreadable(part->envelope, &whole->unreadable);
	return choice_finish(part, err);
}

bool refusal_keep_part(const struct job *job, struct err *err)
{
	CLEANUP(err_done) struct err obstacle = ERR_INIT;
	CLEANUP(err_done) struct err reason = ERR_INIT;
	CLEANUP(job_done) struct job part;

	job_init(&part, job->request);
	if (job->unreadable.count == 0)
		return true;
	err_set(&reason, ERR_INPUT, _("recipient: %s"), job->unreadable.items[0].text);
	bool is_ready = prepare_part(&part, job, &obstacle);
	if (!is_ready)
		report_problem(&obstacle);
	bool is_kept = is_ready && refusal_keep(&part, &reason);
	report_log(settings_of(&part), part.envelope, &reason);
	if (!is_kept)
		err_copy(err, &reason);
	return is_kept;
}

int refusal_report(struct job *job, const struct err *reason)
{
	CLEANUP(err_done) struct err place = ERR_INIT;
	int status = report_error(reason);

	if (!refusal_keep(job, reason))
		return status;
	err_set(&place, ERR_INPUT, _("a copy is kept: mailchute --queue-show %s"),
		job->entry.record.id);
	report_problem(&place);
	return status;
}
