/* rmqs.c - asking a relay by ETRN for waiting messages */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rmqs.h"

#include "conf/secret.h"
#include "deliver/report.h"
#include "smtp/etrn.h"
#include "smtp/session.h"
#include "submit/choice.h"

#include <sysexits.h>
#include <unistd.h>

static bool ask_by_etrn(struct settings *settings, const char *what, struct err *err)
{
	struct session session;

	bool is_open = session_open(&session, settings, LOGIN_ASKING, err);
	secret_forget(settings);
	if (!is_open)
		return false;
	bool is_done = etrn_ask(&session.client, what, err) || err_wrap(err, "%s", session.where);
	session_close(&session);
	return is_done;
}

int rmqs_run(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(job_done) struct job job;

	job_init(&job, request);
	bool is_chosen = choice_preview(&job, STDIN_FILENO, &err);
	report_warnings(&job.config.warnings);
	if (!is_chosen || !ask_by_etrn(&job.account.settings, request->rmqs, &err))
		return report_error(&err);
	return EX_OK;
}
