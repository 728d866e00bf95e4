/* explain.c - showing the message and its account as for sending: --explain, --dry-run */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/explain.h"

#include "app/check.h"
#include "app/show.h"
#include "base/i18n.h"
#include "conf/settings.h"
#include "deliver/report.h"
#include "submit/intake.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void add_place(struct str *out, const struct account *account)
{
	str_add_printable(out, account->name, strlen(account->name));
	str_add(out, " (");
	str_add_printable(out, account->file, strlen(account->file));
	if (account->line > 0)
		str_addf(out, ":%d", account->line);
	str_add(out, ")");
}

static void add_sender_rule(struct str *out, const struct job *job)
{
	const struct account *own = config_find(&job->config, job->account.name);
	CLEANUP(str_done) struct str origin = STR_INIT;

	if (!own || !own->settings.from)
		return;
	origin_print(&own->settings.origins[OPT_from], &origin);
	str_addf(out, _("it is the first whose from fits the sender: %s (%s)"), own->settings.from,
		 origin.bytes);
}

static void add_rule(struct str *out, const struct job *job)
{
	switch (job->account.rule) {
	case ACCOUNT_BY_NAME:
		str_add(out, _("--account names it"));
		break;
	case ACCOUNT_BY_HOST:
		str_add(out, _("--host is given, so only the command line counts"));
		break;
	case ACCOUNT_BY_SENDER:
		add_sender_rule(out, job);
		break;
	case ACCOUNT_BY_DEFAULT:
		str_add(out, _("no other rule fits, so the one named default is taken"));
		break;
	case ACCOUNT_BY_ENVIRONMENT:
		str_add(out, _("there is none in a file, so SMTPSERVER and EMAIL are taken"));
		break;
	}
}

static void add_account(struct str *out, const struct job *job)
{
	str_add(out, _("Account: "));
	if (job->account.name)
		add_place(out, &job->account);
	else
		str_add(out, _("in no file"));
	str_add(out, _("\nRule: "));
	add_rule(out, job);
	str_add_char(out, '\n');
}

/* Lists only the settings that differ from their defaults; the manual has the defaults. */
static void add_settings(struct str *out, const struct settings *settings)
{
	str_add(out, _("Settings that are not at their default:\n"));
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (settings->origins[i].kind == ORIGIN_DEFAULT)
			continue;
		str_add(out, "    ");
		check_add_configured(settings, &options[i], out);
	}
}

static void add_envelope(struct str *out, const struct envelope *envelope)
{
	str_add(out, _("Sender:\n    <"));
	str_add_printable(out, envelope->sender, strlen(envelope->sender));
	str_addf(out, ">\n%s", _("Recipients:\n"));
	for (size_t i = 0; i < envelope->count; i++) {
		const char *address = envelope->recipients[i].address;
		str_add(out, "    <");
		str_add_printable(out, address, strlen(address));
		str_add(out, ">\n");
	}
}

static void add_header(struct str *out, const char *title, const char *bytes, size_t len)
{
	const char *end = bytes + len;

	str_add(out, title);
	for (const char *line = bytes, *next; line < end; line = next) {
		const char *lf = memchr(line, '\n', (size_t)(end - line));
		next = lf ? lf + 1 : end;
		size_t text = (size_t)(next - line);
		while (text > 0 && (line[text - 1] == '\n' || line[text - 1] == '\r'))
			text--;
		if (text == 0)
			continue;
		str_add(out, "    ");
		str_add_printable(out, line, text);
		str_add_char(out, '\n');
	}
}

static bool add_headers(struct str *out, const struct message *message, struct err *err)
{
	CLEANUP(str_done) struct str after = STR_INIT;
	size_t len = (size_t)message->header_len;
	ssize_t got = message_read_at(message, 0, str_reserve(&after, len), len, err);

	if (got < 0)
		return false;
	str_grew(&after, (size_t)got);
	add_header(out, _("Header as it is:\n"), message->given.bytes, message->given.len);
	add_header(out, _("Header as it would be sent:\n"), after.bytes, after.len);
	return true;
}

static bool explain(const struct job *job, struct str *out, struct err *err)
{
	str_add_n(out, job->config.notes.bytes, job->config.notes.len);
	add_account(out, job);
	add_settings(out, &job->account.settings);
	add_envelope(out, job->envelope);
	return add_headers(out, &job->message, err);
}

int explain_message(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(job_done) struct job job;
	int fd = isatty(STDIN_FILENO) ? open("/dev/null", O_RDONLY | O_CLOEXEC) : STDIN_FILENO;

	job_init(&job, request);
	bool is_ready = intake_prepare(&job, fd, &err);
	report_warnings(&job.config.warnings);
	if (!is_ready || !explain(&job, &text, &err))
		return report_error(&err);
	if (job.obstacle.kind != ERR_NONE)
		report_problem(&job.obstacle);
	return report_text(&text);
}

int explain_dry_run(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(job_done) struct job job;

	job_init(&job, request);
	bool is_ready = intake_prepare(&job, STDIN_FILENO, &err);
	report_warnings(&job.config.warnings);
	return is_ready ? show_message(&job.message) : report_error(&err);
}
