/* choice.c - choosing the config and the account of a request */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/choice.h"

#include "base/i18n.h"
#include "conf/configfile.h"
#include "conf/secret_input.h"
#include "conf/selection.h"
#include "conf/settings.h"
#include "conf/usable.h"
#include "prepare/localname.h"
#include "submit/addressing.h"

#include <stdlib.h>
#include <string.h>

/* Whether the mode reads a message to send. */
static bool is_mail(const struct job *job)
{
	return mode_reads_message(job->request->mode);
}

static struct configfile_places places(const struct job *job)
{
	return (struct configfile_places){ SYSCONFDIR, job->request->config_file,
					   .is_look = mode_is_look(job->request->mode) };
}

static bool load_config(struct job *job, struct err *err)
{
	const struct configfile_places where = places(job);

	/* Take the password out of the environment: commands of `eval` must not see it. */
	if (job->request->settings.password_env)
		(void)secret_input_variable(job->request->settings.password_env);
	/* With --host, no config file is needed. */
	return settings_is_explicit(&job->request->settings, OPT_host) ||
	       configfile_load(&job->config, &where, err);
}

static bool choose(struct job *job, const struct settings *wished, struct err *err)
{
	const struct selection wish = { .account = job->request->account,
					.settings = wished,
					.is_mail = mode_has_message(job->request->mode) };

	job->has_account = selection_choose(&job->config, &wish, &job->account, err);
	return job->has_account;
}

/*
 * A program's sender may be an address of this machine only. Replaces it with the account's `from`,
 * unless a mail domain is set.
 */
static void adopt_own_sender(struct account *account)
{
	const char *own = localname_own_sender(account, account->settings.from);

	if (!own)
		return;
	free(account->settings.from);
	account->settings.from = mem_copy(own);
}

/* Warns of a sender without a domain. For sendmail's callers a domain is added instead. */
static void warn_of_sender(struct job *job)
{
	const struct settings *settings = &job->account.settings;

	if (job->request->contract != CONTRACT_PERSON || !usable_has_bare_sender(settings) ||
	    *account_maildomain(settings))
		return;
	usable_add_bare_sender(settings, &job->config.warnings);
	str_add_char(&job->config.warnings, '\n');
}

static bool finish_account(struct job *job, const char *message_from, struct err *err)
{
	const struct expansion expansion = { SYSCONFDIR, message_from,
					     job->request->contract == CONTRACT_SENDMAIL };
	bool is_sender_needed = is_mail(job) && job->request->contract == CONTRACT_PERSON;

	/* The choice is final: the secrets of other accounts are not needed any more. */
	config_forget_secrets(&job->config);
	if (!account_complete(&job->account, &expansion, err))
		return false;
	if (job->request->contract == CONTRACT_SENDMAIL)
		adopt_own_sender(&job->account);
	if (!usable_check(&job->account, is_sender_needed, err))
		return false;
	warn_of_sender(job);
	return true;
}

bool choice_without_message(struct job *job, struct err *err)
{
	return load_config(job, err) && choose(job, &job->request->settings, err) &&
	       finish_account(job, NULL, err);
}

bool choice_do_without(struct job *job, struct err *err)
{
	if (job->request->contract != CONTRACT_SENDMAIL ||
	    (err->kind != ERR_CONFIG && err->kind != ERR_IO))
		return false;
	err_copy(&job->obstacle, err);
	err_done(err);
	job->lacks_config = true;
	if (job->has_account)
		account_done(&job->account);
	job->account = (struct account){ 0 };
	settings_copy(&job->account.settings, &job->request->settings);
	job->has_account = true;
	return true;
}

/* Loads the config and, unless the sender comes from the header, chooses the account. */
static bool load_and_choose(struct job *job, struct err *err)
{
	const struct request *request = job->request;

	return load_config(job, err) &&
	       (request->read_envelope_from || choose(job, &request->settings, err));
}

bool choice_begin(struct job *job, struct err *err)
{
	return load_and_choose(job, err) || choice_do_without(job, err);
}

/* Reads the address in the header's From field; NULL if there is none. The caller frees it. */
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
	const struct origin origin = { .kind = ORIGIN_MESSAGE, .is_explicit = true };
	CLEANUP(settings_done) struct settings wished;

	settings_copy(&wished, &job->request->settings);
	if (!sender)
		return err_set(err, ERR_USAGE,
			       _("the message has no From field to take the sender from"));
	if (job->has_account)
		account_done(&job->account);
	return settings_set(&wished, &options[OPT_from], sender, &origin, err) &&
	       choose(job, &wished, err);
}

static bool is_sender_given(const struct job *job)
{
	return job->request->read_envelope_from ||
	       settings_is_explicit(&job->request->settings, OPT_from);
}

/* account_by_from: whether to choose the account by the author in the From field. */
static bool has_author_account(const struct job *job, const char *author)
{
	return job->has_account && job->account.settings.account_by_from && author &&
	       !job->request->account && !is_sender_given(job) &&
	       config_find_sender(&job->config, author);
}

/* strict: refuses a message whose sender is not one of the account's. */
static bool check_strict(const struct job *job, const char *author, struct err *err)
{
	bool is_given = settings_is_explicit(&job->request->settings, OPT_from);
	const char *sender = is_given ? job->request->settings.from : author;
	CLEANUP(str_done) struct str shown = STR_INIT;

	if (!job->account.settings.strict || job->account.rule == ACCOUNT_BY_NAME ||
	    !job->account.name || !sender || !*sender)
		return true;
	const struct account *own = config_find(&job->config, job->account.name);
	if (own && account_is_sender(&own->settings, sender))
		return true;
	str_add_printable(&shown, sender, strlen(sender));
	return err_set(err, ERR_INPUT,
		       _("account %s is not for the sender %s, and strict is on: name an account "
			 "with --account, or add one whose from fits"),
		       job->account.name, shown.bytes);
}

bool choice_finish(struct job *job, struct err *err)
{
	CLEANUP(mem_free_at) char *author = NULL;
	CLEANUP(err_done) struct err unreadable = ERR_INIT;
	bool is_by_header = job->request->read_envelope_from;

	if (job->lacks_config)
		return true;
	if (!read_header_sender(job, &author, &unreadable) && is_by_header) {
		err_copy(err, &unreadable);
		return false;
	}
	is_by_header |= has_author_account(job, author);
	return ((!is_by_header || choose_by_header(job, author, err)) &&
		check_strict(job, author, err) && finish_account(job, author, err)) ||
	       choice_do_without(job, err);
}

static bool depends_on_message(const struct job *job)
{
	const struct request *request = job->request;
	const struct settings *s = &job->account.settings;

	return request->read_envelope_from || s->account_by_from ||
	       (s->from && strstr(s->from, "%F")) || (s->aliases && request->read_recipients);
}

bool choice_preview(struct job *job, int fd, struct err *err)
{
	if (!load_and_choose(job, err))
		return false;
	if (!depends_on_message(job))
		return finish_account(job, NULL, err);
	return message_read(&job->message, fd, err) && choice_finish(job, err);
}

/*
 * Reads the aliases for the recipients. A bad recipient is no fault of the account, a bad aliases
 * file is.
 */
bool choice_preview_aliases(const struct job *job, struct err *err)
{
	CLEANUP(envelope_done) struct envelope envelope;
	CLEANUP(err_done) struct err trouble = ERR_INIT;
	const struct addressing_notes notes = { 0 };

	envelope_init(&envelope);
	if ((job->request->recipient_count == 0 && !job->request->read_recipients) ||
	    addressing_set_recipients(&envelope, job->request, &job->account.settings, false,
				      &job->message.header, &notes, &trouble) ||
	    trouble.kind != ERR_CONFIG)
		return true;
	err_copy(err, &trouble);
	return false;
}
