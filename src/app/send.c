/* send.c - one message: read, completed, delivered, reported */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/send.h"

#include "app/check.h"
#include "app/job.h"
#include "app/report.h"
#include "base/log.h"
#include "smtp/session.h"

#include <sysexits.h>
#include <unistd.h>

static void show_debug(const struct job *job)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (!log_is_debug())
		return;
	check_pretend(&job->config, &job->account, job->request, &text);
	(void)report_text(&text);
}

static bool deliver(struct job *job, struct err *err)
{
	CLEANUP(transaction_done) struct transaction transaction;
	struct session session;

	transaction_init(&transaction, &job->envelope, false);
	if (!session_open(&session, &job->account.settings, true, err))
		return false;
	bool is_sent = session_offer(&session, &transaction, err) &&
		       session_content(&session, &transaction, &job->message, err) &&
		       session_settle(&session, &transaction, NULL, true, err);
	session_close(&session);
	return is_sent;
}

int send_message(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(job_done) struct job job;
	int status = EX_OK;

	job_init(&job, request);
	bool is_ready = job_prepare(&job, STDIN_FILENO, &err);
	report_warnings(&job.config.warnings);
	if (is_ready)
		show_debug(&job);
	if (!is_ready || !deliver(&job, &err))
		status = report_error(&err);
	if (job.has_account)
		report_log(&job.account.settings, &job.envelope, &err);
	return status;
}
