/* job.c - a request with all that carrying it out needs: config, account, message, envelope */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/job.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "conf/option.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

static const struct config_places *places(const struct job *job)
{
	static struct config_places found = { .system_folder = SYSCONFDIR };

	found.user_file = job->request->config_file;
	return &found;
}

void job_init(struct job *job, const struct request *request)
{
	*job = (struct job){ .request = request };
	config_init(&job->config);
	message_init(&job->message);
	envelope_init(&job->envelope);
}

void job_done(struct job *job)
{
	if (job->has_account)
		account_done(&job->account);
	config_done(&job->config);
	message_done(&job->message);
	envelope_done(&job->envelope);
}

static bool load_config(struct job *job, struct err *err)
{
	/* A host on the command line stands for all that a file could say. */
	return settings_is_explicit(&job->request->settings, OPT_host) ||
	       config_load(&job->config, places(job), err);
}

static bool choose(struct job *job, const struct settings *wished, struct err *err)
{
	const struct config_wish wish = { .account = job->request->account,
					  .settings = wished,
					  .is_mail = job->request->mode == MODE_SEND };

	job->has_account = config_choose(&job->config, &wish, &job->account, err);
	return job->has_account;
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
		return err_set(err, ERR_USAGE, _("the message has no From field to take the sender from"));
	return option_set(&wished, option_find("from"), sender, &origin, err) &&
	       choose(job, &wished, err);
}

static bool finish_account(struct job *job, const char *header_sender_address, struct err *err)
{
	bool is_mail = job->request->mode == MODE_SEND;

	return config_complete(&job->account, places(job), header_sender_address, err) &&
	       config_check(&job->account, is_mail, err);
}

bool job_choose_account(struct job *job, struct err *err)
{
	return load_config(job, err) && choose(job, &job->request->settings, err) &&
	       finish_account(job, NULL, err);
}

static bool add_recipients(struct job *job, const struct address_list *list, struct err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		char *path = address_path(&list->items[i]);
		envelope_add(&job->envelope, path);
		if (!address_check(path, err))
			return err_wrap(err, _("recipient"));
	}
	return true;
}

static bool add_argument_recipients(struct job *job, struct err *err)
{
	for (size_t i = 0; i < job->request->recipient_count; i++) {
		CLEANUP(address_list_done) struct address_list list = { 0 };
		const char *text = job->request->recipients[i];
		if (!address_parse_list(text, strlen(text), &list, err))
			return err_wrap(err, _("recipient"));
		if (!add_recipients(job, &list, err))
			return false;
	}
	return true;
}

static bool add_header_recipients(struct job *job, struct err *err)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };

	return header_recipients(&job->message.header, &list, err) &&
	       add_recipients(job, &list, err);
}

static bool set_sender(struct job *job, struct err *err)
{
	const char *from = job->account.settings.from;
	CLEANUP(address_done) struct address address = { 0 };
	CLEANUP(mem_free_at) char *path = NULL;

	if (!*from || strcmp(from, "<>") == 0 || strcasecmp(from, "MAILER-DAEMON") == 0) {
		job->envelope.sender = mem_copy("");
		return true;
	}
	if (!address_parse_path(from, &address, err))
		return err_wrap(err, _("sender"));
	path = address_path(&address);
	if (!address_check(path, err))
		return err_wrap(err, _("sender"));
	job->envelope.sender = mem_take(&path);
	return true;
}

/* RFC 5322 section 3.6.4: a random left side, and a right side that is ours. */
static char *new_message_id(const struct job *job)
{
	const struct settings *s = &job->account.settings;
	const char *at = strrchr(job->envelope.sender, '@');
	const char *domain = s->domain && *s->domain && strcmp(s->domain, "localhost") != 0 ?
		s->domain : at ? at + 1 : s->host ? s->host : "localhost";
	unsigned char random[16];
	CLEANUP(str_done) struct str id = STR_INIT;

	while (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		;
	str_add_char(&id, '<');
	for (size_t i = 0; i < sizeof random; i++)
		str_addf(&id, "%02x", random[i]);
	str_addf(&id, "@%s>", domain);
	return str_take(&id);
}

static bool wants_from(const struct job *job)
{
	const struct settings *s = &job->account.settings;

	if (s->set_from_header == SET_FROM_OFF || !*job->envelope.sender)
		return false;
	return s->set_from_header == SET_FROM_ON ||
	       !header_has_content(&job->message.header, "From");
}

static bool complete_message(struct job *job, struct err *err)
{
	const struct settings *s = &job->account.settings;
	const struct header *header = &job->message.header;
	struct header_additions additions = { .keeps_bcc = !s->remove_bcc_headers };
	CLEANUP(str_done) struct str from = STR_INIT;
	CLEANUP(str_done) struct str date = STR_INIT;
	CLEANUP(mem_free_at) char *message_id = new_message_id(job);

	if (wants_from(job)) {
		address_add_mailbox(&from, s->from_full_name, job->envelope.sender);
		additions.from = from.bytes;
	}
	if (s->set_date_header == SET_DATE_AUTO && !header_find(header, "Date")) {
		clock_add_date(&date, time(NULL));
		additions.date = date.bytes;
	}
	if (s->set_msgid_header == SET_MSGID_AUTO && !header_find(header, "Message-ID"))
		additions.message_id = message_id;
	return message_complete(&job->message, &additions, err);
}

static void fill_envelope(struct job *job)
{
	static const char *const returns[] = { [DSN_RETURN_HEADERS] = "HDRS",
					       [DSN_RETURN_FULL] = "FULL" };
	const struct settings *s = &job->account.settings;
	struct envelope *envelope = &job->envelope;

	envelope->size = message_size(&job->message);
	envelope->is_8bit = job->message.is_8bit;
	if (s->dsn_return)
		envelope->ret = mem_copy(returns[s->dsn_return]);
	for (size_t i = 0; s->dsn_notify && i < envelope->count; i++)
		envelope->recipients[i].notify = mem_copy(s->dsn_notify);
}

/* What can be wrong without the message is found before it is read. */
static bool prepare_early(struct job *job, struct err *err)
{
	const struct request *request = job->request;

	if (request->recipient_count == 0 && !request->read_recipients)
		return err_set(err, ERR_USAGE, _("no recipients (see --help)"));
	return load_config(job, err) &&
	       (request->read_envelope_from || choose(job, &request->settings, err)) &&
	       add_argument_recipients(job, err);
}

static bool prepare_account(struct job *job, struct err *err)
{
	CLEANUP(mem_free_at) char *sender = NULL;
	CLEANUP(err_done) struct err unreadable = ERR_INIT;
	bool is_read = read_header_sender(job, &sender, &unreadable);

	if (!is_read && job->request->read_envelope_from) {
		err_copy(err, &unreadable);
		return false;
	}
	if (job->request->read_envelope_from && !choose_by_header(job, sender, err))
		return false;
	return finish_account(job, sender, err);
}

bool job_prepare(struct job *job, int fd, struct err *err)
{
	if (!prepare_early(job, err) || !message_read(&job->message, fd, err) ||
	    !prepare_account(job, err) || !set_sender(job, err))
		return false;
	if (job->request->read_recipients && !add_header_recipients(job, err))
		return false;
	if (job->envelope.count == 0)
		return err_set(err, ERR_USAGE, _("no recipients in the message's header"));
	if (!complete_message(job, err))
		return false;
	fill_envelope(job);
	return true;
}
