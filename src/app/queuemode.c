/* queuemode.c - what is asked about the queue: list it, run it, change a message of it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/queuemode.h"

#include "app/change.h"
#include "app/listqueue.h"
#include "app/report.h"
#include "app/runqueue.h"
#include "app/users.h"
#include "base/i18n.h"
#include "base/log.h"

#include <signal.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* The queue */

/* Reads the account's queue_folder, "" where it has none. */
static bool read_folder(const struct request *request, struct str *folder, struct err *err)
{
	const struct config_places places = { SYSCONFDIR, request->config_file };
	const struct config_wish wish = { .account = request->account,
					  .settings = &request->settings };
	CLEANUP(config_done) struct config config;
	CLEANUP(account_done) struct account account = { 0 };
	CLEANUP(err_done) struct err trouble = ERR_INIT;

	config_init(&config);
	if (!config_load(&config, &places, &trouble)) {
		if (!request->is_all_users)
			report_problem(&trouble);
		return true;
	}
	if (!config_choose(&config, &wish, &account, request->account ? err : &trouble))
		return !request->account;
	if (account.settings.queue_folder)
		str_add(folder, account.settings.queue_folder);
	return true;
}

/*
 * Finds the queue: with a config that is missing or broken where it is without any, so that it can
 * be looked at all the same. NULL: there is no such account.
 */
static char *find_queue(const struct request *request, struct err *err)
{
	CLEANUP(str_done) struct str folder = STR_INIT;

	if (request->settings.queue_folder)
		return mem_copy(request->settings.queue_folder);
	if (!settings_is_explicit(&request->settings, OPT_host) &&
	    !read_folder(request, &folder, err))
		return NULL;
	return folder.len ? str_take(&folder) : spool_default_path();
}

static bool open_queue(struct spool *spool, const struct request *request, struct err *err)
{
	CLEANUP(mem_free_at) char *path = find_queue(request, err);

	return path && spool_open(spool, path, false, err);
}

/* Lists it, or changes a message of it. */
static int open_and_do(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_close) struct spool spool;

	spool_init(&spool);
	if (!open_queue(&spool, request, &err))
		return report_error(&err);
	return request->mode == MODE_QUEUE_LIST ? list_queue(&spool, request->is_json)
						: change_message(request, &spool);
}

/* Running the queue */

/* One line, and only for those who asked for it, or where something went wrong. */
static void report_run(const struct run_result *result)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	bool is_trouble = result->first.kind != ERR_NONE || result->failed > 0;

	if (!is_trouble && !log_is_debug())
		return;
	if (result->is_elsewhere)
		str_add(&line, _("another process runs the queue already"));
	else
		str_addf(&line, _("%zu sent, %zu waiting, %zu failed"), result->sent,
			 result->waiting, result->failed);
	if (result->first.kind != ERR_NONE)
		str_addf(&line, ": %s", result->first.text);
	report_warnings(&line);
}

/* For all users: a queue that the system's config names for everybody is not this user's. */
static bool is_somebody_elses(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_uid != geteuid();
}

static int run_once(const struct request *request)
{
	const struct run_choice choice = { .ignores_schedule = request->ignores_schedule,
					   .shows_progress = isatty(STDERR_FILENO),
					   .id = request->choice.id,
					   .sender = request->choice.sender,
					   .recipient = request->choice.recipient };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_close) struct spool spool;
	CLEANUP(mem_free_at) char *path = find_queue(request, &err);
	struct run_result result;

	spool_init(&spool);
	if (path && request->is_all_users && is_somebody_elses(path))
		return EX_OK;
	if (!path || !spool_open(&spool, path, false, &err))
		return report_error(&err);
	run_queue(&spool, &choice, &result);
	report_run(&result);
	run_result_done(&result);
	return EX_OK;
}

/* In the child of each user this returns what its own queue came to. */
static int run_all_users(const struct request *request, bool *is_child)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	int status;

	*is_child = users_become_each(&status, &err);
	if (*is_child)
		return run_once(request);
	return err.kind == ERR_NONE ? status : report_error(&err);
}

static void leave(int number)
{
	(void)number;
	_exit(EX_OK);
}

/* The first process of a container is not ended by a signal that it has no handler for. */
static void listen_to_signals(void)
{
	const struct sigaction action = { .sa_handler = leave };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static void wait_for_next(int seconds)
{
	struct timespec left = { .tv_sec = seconds };

	listen_to_signals();
	while (nanosleep(&left, &left) < 0)
		;
}

static int run(const struct request *request)
{
	bool is_child = false;
	int status;

	if (request->interval > 0)
		listen_to_signals();
	for (;;) {
		status = request->is_all_users ? run_all_users(request, &is_child)
					       : run_once(request);
		if (is_child || request->interval == 0)
			return status;
		wait_for_next(request->interval);
	}
}

int queue_mode_run(const struct request *request)
{
	return request->mode == MODE_QUEUE_RUN ? run(request) : open_and_do(request);
}
