/* verify.c - checking addresses and aliases without sending */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/verify.h"

#include "base/i18n.h"
#include "conf/configfile.h"
#include "conf/selection.h"
#include "deliver/report.h"
#include "mail/alias.h"
#include "submit/addressing.h"
#include "submit/choice.h"
#include "submit/job.h"

#include <string.h>
#include <sysexits.h>

static void add_routes(struct str *out, const struct job *job, const struct envelope *envelope)
{
	const struct settings *settings = &job->account.settings;

	for (size_t i = 0; i < envelope->count; i++) {
		const char *address = envelope->recipients[i].address;
		str_add_printable(out, address, strlen(address));
		if (settings->host && settings->port)
			str_addf(out, _("... goes to %s, port %d"), settings->host, settings->port);
		else if (settings->host)
			str_addf(out, _("... goes to a relay of %s"), settings->host);
		else
			str_addf(out, _("... goes to %s"), settings->socket);
		if (job->account.name)
			str_addf(out, _(" (account %s)"), job->account.name);
		str_add_char(out, '\n');
	}
}

int verify_recipients(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(envelope_done) struct envelope envelope;
	CLEANUP(job_done) struct job job;

	const struct addressing_notes notes = { .warnings = &job.config.warnings };

	job_init(&job, request);
	envelope_init(&envelope);
	bool is_good =
		choice_without_message(&job, &err) &&
		addressing_set_recipients(&envelope, request, &job.account.settings,
					  job_qualifies(&job), &job.message.header, &notes, &err);
	report_warnings(&job.config.warnings);
	if (!is_good)
		return report_error(&err);
	add_routes(&text, &job, &envelope);
	return report_text(&text);
}

static bool add_aliases(struct str *out, const char *path, struct err *err)
{
	CLEANUP(alias_table_done) struct alias_table table = { 0 };

	if (!alias_table_read(&table, path, err) || !alias_check(&table, err))
		return false;
	str_add_printable(out, path, strlen(path));
	str_addf(out, P_(": %zu alias\n", ": %zu aliases\n", table.count), table.count);
	return true;
}

int verify_aliases(const struct request *request)
{
	const struct configfile_places places = { .system_folder = SYSCONFDIR,
						  .user_file = request->config_file,
						  .is_look = true };
	const struct selection wish = { .account = request->account,
					.settings = &request->settings };
	CLEANUP(config_done) struct config config;
	CLEANUP(account_done) struct account account = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;

	config_init(&config);
	bool is_loaded = configfile_load(&config, &places, &err);
	report_warnings(&config.skipped);
	if (!is_loaded)
		return report_error(&err);
	if (!selection_choose(&config, &wish, &account, &err))
		return request->account ? report_error(&err) : EX_OK;
	report_use_log(&account.settings);
	const char *path = account.settings.aliases;
	if (path && *path && !add_aliases(&text, path, &err))
		return report_error(&err);
	return report_text(&text);
}
