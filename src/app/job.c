/* job.c - a request with all it needs: config, account, queue, message, envelope */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/job.h"

#include "app/addressing.h"
#include "app/complete.h"
#include "app/report.h"
#include "app/route.h"
#include "base/i18n.h"
#include "conf/given.h"
#include "conf/option.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DAY = 24 * 60 * 60 };

static struct config_places places(const struct job *job)
{
	return (struct config_places){ SYSCONFDIR, job->request->config_file };
}

void job_init(struct job *job, const struct request *request)
{
	*job = (struct job){ .request = request, .uid = getuid() };
	config_init(&job->config);
	spool_init(&job->spool);
	entry_init(&job->entry);
	message_init(&job->message);
	job->envelope = &job->entry.record.envelope;
}

void job_done(struct job *job)
{
	account_done(&job->account);
	config_done(&job->config);
	err_done(&job->config_trouble);
	message_done(&job->message);
	entry_release(&job->entry);
	spool_close(&job->spool);
	err_done(&job->no_queue);
}

static bool load_config(struct job *job, struct err *err)
{
	const struct config_places where = places(job);

	/* What `eval` runs must not see it. */
	if (job->request->settings.password_env)
		(void)given_variable(job->request->settings.password_env);
	/* A host on the command line stands for all that a file could say. */
	return settings_is_explicit(&job->request->settings, OPT_host) ||
	       config_load(&job->config, &where, err);
}

static bool choose(struct job *job, const struct settings *wished, struct err *err)
{
	const struct config_wish wish = { .account = job->request->account,
					  .settings = wished,
					  .is_mail = job->request->mode == MODE_SEND };

	job->has_account = config_choose(&job->config, &wish, &job->account, err);
	return job->has_account;
}

static bool finish_account(struct job *job, const char *message_from, struct err *err)
{
	const struct config_places where = places(job);
	bool is_sender_needed =
		job->request->mode == MODE_SEND && job->request->contract == CONTRACT_PERSON;

	return config_complete(&job->account, &where, message_from, err) &&
	       config_check(&job->account, is_sender_needed, err);
}

bool job_choose_account(struct job *job, struct err *err)
{
	return load_config(job, err) && choose(job, &job->request->settings, err) &&
	       finish_account(job, NULL, err);
}

/* A caller who looks at nothing is served without a config too; it is taken from the next attempt.
 */
static bool do_without_config(struct job *job, struct err *err)
{
	if (job->request->contract != CONTRACT_SENDMAIL ||
	    (err->kind != ERR_CONFIG && err->kind != ERR_IO))
		return false;
	err_copy(&job->config_trouble, err);
	err_done(err);
	job->lacks_config = true;
	if (job->has_account)
		account_done(&job->account);
	job->account = (struct account){ 0 };
	settings_copy(&job->account.settings, &job->request->settings);
	job->has_account = true;
	return true;
}

/* Without a queue the message is sent all the same, and its true result returned. */
static void open_queue(struct job *job)
{
	const struct settings *s =
		job->has_account ? &job->account.settings : &job->request->settings;
	CLEANUP(mem_free_at)
	char *path = s->queue_folder ? mem_copy(s->queue_folder) : spool_default_path();

	if (s->queue == QUEUE_OFF)
		return;
	job->has_entry = spool_open(&job->spool, path, true, &job->no_queue) &&
			 spool_has_room(&job->spool, s->queue_max, &job->no_queue) &&
			 spool_begin(&job->spool, &job->entry, &job->no_queue);
	if (job->has_entry)
		job->message.fd = job->entry.fd;
}

/* The address in the header's From field, NULL where there is none; the caller frees it. */
static bool read_header_sender(const struct job *job, char **sender, struct err *err)
{
	CLEANUP(address_done) struct address address = { 0 };

	*sender = NULL;
	if (!header_sender(&job->message.header, &address, err))
		return false;
	if (address.local)
		*sender = address_path(&address);
	return true;
}

static bool choose_by_header(struct job *job, const char *sender, struct err *err)
{
	const struct origin origin = { .kind = ORIGIN_COMMAND_LINE, .is_explicit = true };
	CLEANUP(settings_done) struct settings wished;

	settings_copy(&wished, &job->request->settings);
	if (!sender)
		return err_set(err, ERR_USAGE,
			       _("the message has no From field to take the sender from"));
	return option_set(&wished, option_find("from"), sender, &origin, err) &&
	       choose(job, &wished, err);
}

static bool prepare_account(struct job *job, struct err *err)
{
	CLEANUP(mem_free_at) char *sender = NULL;
	CLEANUP(err_done) struct err unreadable = ERR_INIT;
	bool is_by_header = job->request->read_envelope_from;

	if (job->lacks_config)
		return true;
	if (!read_header_sender(job, &sender, &unreadable) && is_by_header) {
		err_copy(err, &unreadable);
		return false;
	}
	return ((!is_by_header || choose_by_header(job, sender, err)) &&
		finish_account(job, sender, err)) ||
	       do_without_config(job, err);
}

/* What is only wished for does not matter any more once it is in the envelope. */
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
	envelope->is_8bit = job->message.is_8bit;
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

	record->created = time(NULL);
	record->expires = record->created + (int64_t)job->account.settings.queue_expire * DAY;
	record->uid = job->uid;
	record->is_raw = job->lacks_config;
	if (settings_is_explicit(&job->request->settings, OPT_from))
		record->progress.flags |= RECORD_SENDER_GIVEN;
	route_remember(record, job->request->config_file, &job->account);
	if (!record->account && job->request->account)
		record->account = mem_copy(job->request->account);
}

/* What can be wrong without the message is found before it is read. */
bool job_begin(struct job *job, struct err *err)
{
	const struct request *request = job->request;

	if ((!load_config(job, err) ||
	     (!request->read_envelope_from && !choose(job, &request->settings, err))) &&
	    !do_without_config(job, err))
		return false;
	open_queue(job);
	return true;
}

bool job_qualifies(const struct job *job)
{
	return job->request->contract == CONTRACT_SENDMAIL && !job->lacks_config;
}

/* Recipients that the caller of job_begin put there stay. */
static bool set_recipients(struct job *job, struct err *err)
{
	const struct header *header = &job->message.header;

	if (job->envelope->count > 0)
		return true;
	if (addressing_set_recipients(job->envelope, job->request, &job->account.settings,
				      job_qualifies(job), header, err))
		return true;
	/* A faulty aliases file is a trouble of the config, as any other. */
	return do_without_config(job, err) &&
	       addressing_set_recipients(job->envelope, job->request, &job->account.settings,
					 job_qualifies(job), header, err);
}

bool job_finish(struct job *job, struct err *err)
{
	const struct settings *s = &job->account.settings;

	if (!prepare_account(job, err) ||
	    !addressing_set_sender(job->envelope, job->request, s, err) ||
	    !set_recipients(job, err) ||
	    !complete_message(&job->message, job->envelope->sender, s, err))
		return false;
	fill_envelope(job);
	fill_record(job);
	return true;
}

bool job_prepare(struct job *job, int fd, struct err *err)
{
	if (job->request->recipient_count == 0 && !job->request->read_recipients)
		return err_set(err, ERR_USAGE, _("no recipients (see --help)"));
	return job_begin(job, err) && message_read(&job->message, fd, err) && job_finish(job, err);
}

bool job_save(struct job *job)
{
	if (job->account.settings.queue == QUEUE_OFF)
		return false;
	if (job->has_entry && spool_commit(&job->entry, &job->message, &job->no_queue))
		return true;
	err_wrap(&job->no_queue, _("not kept in the queue"));
	report_problem(&job->no_queue);
	return false;
}
