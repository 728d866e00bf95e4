/* intake.c - preparing one message: account, queue file, envelope, header, filter */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/intake.h"

#include "base/i18n.h"
#include "deliver/report.h"
#include "deliver/route.h"
#include "mail/wire.h"
#include "prepare/complete.h"
#include "prepare/filter.h"
#include "prepare/repair.h"
#include "queue/enqueue.h"
#include "queue/placenotes.h"
#include "queue/places.h"
#include "submit/addressing.h"
#include "submit/choice.h"
#include "submit/compose.h"
#include "submit/no_recipients.h"
#include "submit/submitter.h"

#include <time.h>

enum { DAY = 24 * 60 * 60 };

/*
 * Notes the queue's folder at the default place. A failure is reported, because lists and runs of
 * the queue may not find the message then.
 */
static void note_place(const char *path)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!(path ? placenotes_make(path, &err) : placenotes_make_home(&err)))
		report_problem(&err);
}

/*
 * Opens the queue. A server with --queue-folder belongs to a service (see our units), which runs
 * its queue itself. Any other queue is noted, so that the user's lists and runs find it.
 */
static bool open_spool(struct job *job, const char *path)
{
	spool_close(&job->spool);
	err_done(&job->no_queue);
	if (!spool_open(&job->spool, path, true, &job->no_queue))
		return false;
	if (!job->is_service)
		note_place(path);
	return true;
}

/* Opens the named folder, or the first default folder that can be opened. */
static bool open_some_spool(struct job *job, const char *folder)
{
	CLEANUP(places_done) struct places places = { 0 };

	if (folder)
		return open_spool(job, folder);
	note_place(NULL);
	places_add_for_new(&places);
	for (size_t i = 0; i < places.count; i++)
		if (open_spool(job, places.paths[i]))
			return true;
	return false;
}

/*
 * Creates the queue file. If there is no queue, the message is sent without being saved, and the
 * caller gets the real result.
 */
static void open_queue(struct job *job)
{
	const struct settings *s =
		job->has_account ? &job->account.settings : &job->request->settings;

	if (s->queue == QUEUE_OFF || job->request->mode != MODE_SEND)
		return;
	job->has_entry = open_some_spool(job, s->queue_folder) &&
			 enqueue_has_room(&job->spool, s->queue_max, &job->no_queue) &&
			 enqueue_begin(&job->spool, &job->entry, &job->no_queue);
	if (job->has_entry)
		message_use(&job->message, job->entry.fd);
}

/*
 * Clears the DSN settings after they were copied to the envelope. A relay without DSN is then no
 * error, because the caller only wished for notifications.
 */
static void forget_demand(struct settings *settings)
{
	mem_free_at(&settings->dsn_notify);
	settings->dsn_return = DSN_RETURN_OFF;
	settings->origins[OPT_dsn_notify] = (struct origin){ .kind = ORIGIN_DEFAULT };
	settings->origins[OPT_dsn_return] = (struct origin){ .kind = ORIGIN_DEFAULT };
}

static void fill_envelope(struct job *job)
{
	static const char *const returns[] = {
		[DSN_RETURN_HEADERS] = "HDRS", [DSN_RETURN_FULL] = "FULL"
	};
	const struct settings *s = &job->account.settings;
	struct envelope *envelope = job->envelope;

	envelope->size = message_size(&job->message);
	job->entry.record.header_facts = job->message.header_facts;
	job->entry.record.body_facts = job->message.body_facts;
	if (s->dsn_return && !envelope->ret)
		envelope->ret = mem_copy(returns[s->dsn_return]);
	for (size_t i = 0; s->dsn_notify && i < envelope->count; i++)
		if (!envelope->recipients[i].notify)
			envelope->recipients[i].notify = mem_copy(s->dsn_notify);
	if (job->request->envid && !envelope->envid)
		envelope->envid = mem_copy(job->request->envid);
	if (job->request->dsn_is_wish)
		forget_demand(&job->account.settings);
}

static void fill_record(struct job *job)
{
	struct record *record = &job->entry.record;
	int64_t not_before = job->request->not_before;

	record->created = time(NULL);
	record->not_before = not_before;
	record->progress.next_try = not_before;
	record->expires = (not_before > 0 ? not_before : record->created) +
			  (int64_t)job->account.settings.queue_expire * DAY;
	record->uid = job->uid;
	record->is_raw = job->lacks_config;
	record->is_unfiltered = job->lacks_config || job->is_unfiltered;
	if (settings_is_explicit(&job->request->settings, OPT_from))
		record->progress.flags |= RECORD_SENDER_GIVEN;
	route_remember(record, job->request->config_file, &job->account);
	if (job->is_by_stranger)
		record->bounce = submitter_bounce(job);
	if (!record->account && job->request->account)
		record->account = mem_copy(job->request->account);
}

void intake_describe(struct job *job)
{
	fill_envelope(job);
	fill_record(job);
}

bool intake_begin(struct job *job, struct err *err)
{
	job->message.keeps_unreadable = job->request->contract == CONTRACT_SENDMAIL;
	if (!choice_begin(job, err))
		return false;
	open_queue(job);
	return true;
}

static bool names_nobody(const struct request *request)
{
	return request->recipient_count == 0 && !request->read_recipients;
}

static bool set_sender(struct job *job, struct err *err)
{
	const struct settings *s = &job->account.settings;

	return addressing_set_sender(job->envelope, job->request, s, job_qualifies(job), err) ||
	       (choice_do_without(job, err) &&
		addressing_set_sender(job->envelope, job->request, s, job_qualifies(job), err));
}

/*
 * Reads the recipients. A program can't be asked what a bad address means. If there is a queue, the
 * bad ones are refused separately, with a copy (see refusal_keep_part).
 */
static bool read_recipients(struct job *job, struct err *err)
{
	bool is_program = job->request->contract == CONTRACT_SENDMAIL;
	const struct addressing_notes notes = {
		.faults = is_program && job->has_entry ? &job->unreadable : NULL,
		.warnings = is_program ? NULL : &job->config.warnings,
	};

	address_faults_done(&job->unreadable);
	return addressing_set_recipients(job->envelope, job->request, &job->account.settings,
					 job_qualifies(job), &job->message.header, &notes, err);
}

/* Sets the recipients, unless the caller of intake_begin has done so. */
static bool set_recipients(struct job *job, struct err *err)
{
	if (job->envelope->count > 0 || names_nobody(job->request))
		return true;
	if (read_recipients(job, err))
		return true;
	/* An error in the aliases file counts as an error in the config. */
	return choice_do_without(job, err) && read_recipients(job, err);
}

/* With -t and no recipients in the header, makes the error explain why. */
static bool explain_nobody(const struct job *job, struct err *err)
{
	if (err->kind == ERR_USAGE && job->request->read_recipients &&
	    job->request->recipient_count == 0)
		no_recipients_explain(&job->message, err);
	return false;
}

/*
 * Runs the filter. If it fails, a message of sendmail's callers is accepted all the same, and each
 * attempt runs the filter again. A message that the filter rejects is refused; retrying the copy
 * runs the filter again.
 */
static bool filter(struct job *job, struct err *err)
{
	if (filter_message(&job->message, job->envelope, &job->account.settings, err))
		return true;
	job->is_unfiltered = true;
	if (job->request->contract != CONTRACT_SENDMAIL || err->kind == ERR_INPUT)
		return false;
	err_copy(&job->obstacle, err);
	err_done(err);
	return true;
}

/* Checks that --at has a queue to keep the message in. */
static bool check_queue(const struct job *job, struct err *err)
{
	if (job->request->not_before == 0 || job->account.settings.queue != QUEUE_OFF)
		return true;
	return err_set(err, ERR_USAGE, _("--at needs the queue, and queue is off"));
}

/*
 * Overrides settings so that a message made from options conforms to RFC 5322: it has Date, From
 * and To with complete addresses, and no Bcc.
 */
static bool apply_compose_rules(struct job *job, struct err *err)
{
	struct settings *s = &job->account.settings;

	if (!job->request->composition.is_wanted)
		return true;
	s->remove_bcc_headers = true;
	s->set_date_header = SET_DATE_AUTO;
	s->set_msgid_header = SET_MSGID_AUTO;
	if (s->set_from_header == SET_FROM_OFF)
		s->set_from_header = SET_FROM_AUTO;
	if (s->set_to_header == SET_TO_OFF)
		s->set_to_header = SET_TO_QUALIFY;
	if (!*job->envelope->sender)
		return err_set(err, ERR_USAGE,
			       _("a message that is made here needs a sender (--from)"));
	return repair_check_made(&job->message.header, s, err);
}

static bool complete(struct job *job, struct err *err)
{
	const struct request *request = job->request;
	const struct completion completion = {
		.account = &job->account,
		.date = request->not_before > 0 ? request->not_before : time(NULL),
		.is_program = request->contract == CONTRACT_SENDMAIL,
		.is_raw = job->lacks_config,
	};

	return complete_message(&job->message, job->envelope, &completion, err);
}

bool intake_finish(struct job *job, struct err *err)
{
	if (!choice_finish(job, err) || !check_queue(job, err) || !set_sender(job, err) ||
	    !apply_compose_rules(job, err) ||
	    !(set_recipients(job, err) || explain_nobody(job, err)) || !complete(job, err))
		return false;
	job->is_complete = true;
	if (!filter(job, err) || !wire_check(&job->message, err))
		return false;
	intake_describe(job);
	return true;
}

/* Chooses the account all the same, because its log reports the failure. */
static bool refuse_without_recipients(struct job *job, struct err *err)
{
	CLEANUP(err_done) struct err unused = ERR_INIT;

	if (!choice_without_message(job, &unused))
		err_done(&unused);
	return err_set(err, ERR_USAGE, _("no recipients (see --help)"));
}

static bool read_message(struct job *job, int fd, struct err *err)
{
	if (job->request->composition.is_wanted)
		return compose_message(job->request, fd, &job->message, err);
	return message_read(&job->message, fd, err);
}

bool intake_prepare(struct job *job, int fd, struct err *err)
{
	if (names_nobody(job->request) && job->request->mode != MODE_EXPLAIN)
		return refuse_without_recipients(job, err);
	return intake_begin(job, err) && read_message(job, fd, err) && intake_finish(job, err);
}

bool intake_save(struct job *job)
{
	if (job->account.settings.queue == QUEUE_OFF)
		return false;
	if (job->has_entry && enqueue_commit(&job->entry, &job->message, &job->no_queue))
		return true;
	err_wrap(&job->no_queue, _("not kept in the queue"));
	report_problem(&job->no_queue);
	return false;
}
