/* check.c - showing files, account and settings: --pretend and --print-config */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/check.h"

#include "base/i18n.h"
#include "conf/settings.h"
#include "deliver/report.h"
#include "submit/choice.h"

#include <unistd.h>

static void add_origin_of_account(const struct account *account, struct str *out)
{
	const struct settings *settings = &account->settings;

	if (account->name)
		str_addf(out, _("using account %s from %s\n"), account->name, account->file);
	else if (settings->origins[OPT_host].kind == ORIGIN_ENVIRONMENT)
		str_add(out, _("using the environment variables SMTPSERVER and EMAIL\n"));
	else
		str_add(out, _("using the command line only\n"));
}

static void add_setting(const struct settings *settings, const struct option *option,
			struct str *out)
{
	CLEANUP(str_done) struct str value = STR_INIT;

	for (const char *c = option->name; *c; c++)
		str_add_char(out, *c == '_' && option->flags & OPTION_SPACED ? ' ' : *c);
	str_add(out, " = ");
	settings_show(settings, option, &value);
	str_add_printable(out, value.bytes, value.len);
	str_add_char(out, '\n');
}

void check_add_pretended(const struct config *config, const struct account *account,
			 const struct request *request, struct str *out)
{
	str_add_n(out, config->notes.bytes, config->notes.len);
	add_origin_of_account(account, out);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		add_setting(&account->settings, &options[i], out);
	if (request->rmqs)
		str_addf(out, "RMQS argument = %s\n", request->rmqs);
	else
		str_add(out, request->read_recipients
				     ? _("reading recipients from the command line and the "
					 "message\n")
				     : _("reading recipients from the command line\n"));
}

void check_add_configured(const struct settings *settings, const struct option *option,
			  struct str *out)
{
	CLEANUP(str_done) struct str value = STR_INIT;
	CLEANUP(str_done) struct str origin = STR_INIT;

	settings_print(settings, option, &value);
	origin_print(&settings->origins[option_id(option)], &origin);
	str_addf(out, "%s = ", option->name);
	if (!value.len && !settings_is_set(settings, option))
		str_add(out, _("(not set)"));
	str_add_printable(out, value.bytes, value.len);
	str_add(out, " (");
	str_add_printable(out, origin.bytes, origin.len);
	str_add(out, ")\n");
}

/* Chooses the account as for a message, and prints the warnings about its config. */
static bool choose(struct job *job, struct err *err)
{
	bool is_chosen = choice_preview(job, STDIN_FILENO, err);

	report_warnings(&job->config.warnings);
	return is_chosen;
}

int check_pretend(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(job_done) struct job job;

	job_init(&job, request);
	if (!choose(&job, &err))
		return report_error(&err);
	check_add_pretended(&job.config, &job.account, request, &text);
	int status = report_text(&text);
	return choice_preview_aliases(&job, &err) ? status : report_error(&err);
}

int check_print_config(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(job_done) struct job job;

	job_init(&job, request);
	if (!choose(&job, &err))
		return report_error(&err);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		check_add_configured(&job.account.settings, &options[i], &text);
	return report_text(&text);
}
