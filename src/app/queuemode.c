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

/*
 * Reads the account's queue_folder, "" where it has none. An account that does not exist is an
 * error. `trouble` says why the config could not be read, if the queue has to be found without it.
 */
static bool read_folder(const struct request *request, struct str *folder, struct err *trouble,
			struct err *err)
{
	const struct config_places places = { SYSCONFDIR, request->config_file };
	const struct config_wish wish = { .account = request->account,
					  .settings = &request->settings };
	CLEANUP(config_done) struct config config;
	CLEANUP(account_done) struct account account = { 0 };
	CLEANUP(err_done) struct err no_account = ERR_INIT;

	config_init(&config);
	if (!config_load(&config, &places, trouble))
		return true;
	if (!config_choose(&config, &wish, &account, request->account ? err : &no_account)) {
		/* In the run for all users, each would say this of a file for root alone. */
		if (config.unreadable.len && !request->is_all_users)
			err_set(trouble, ERR_IO, "%s", config.unreadable.bytes);
		return !request->account;
	}
	if (account.settings.queue_folder)
		str_add(folder, account.settings.queue_folder);
	return true;
}

/*
 * Finds the queue. With a config that can't be read, this is the queue of a user who has none, so
 * that it can be looked at all the same; `trouble` then says why. NULL: there is no such account.
 */
static char *find_queue(const struct request *request, struct err *trouble, struct err *err)
{
	CLEANUP(str_done) struct str folder = STR_INIT;

	if (request->settings.queue_folder)
		return mem_copy(request->settings.queue_folder);
	if (!settings_is_explicit(&request->settings, OPT_host) &&
	    !read_folder(request, &folder, trouble, err))
		return NULL;
	return folder.len ? str_take(&folder) : spool_default_path();
}

/* The worse of two exit statuses is the first that is not 0. */
static int worse(int status, int other)
{
	return status != EX_OK ? status : other;
}

/*
 * Says that the config could not be read. Returns the exit status for it: errors in a file do not
 * change that of a queue that is looked at all the same.
 */
static int report_config(const struct request *request, const struct err *trouble)
{
	if (trouble->kind == ERR_NONE || (request->is_all_users && trouble->kind == ERR_CONFIG))
		return EX_OK;
	report_problem(trouble);
	return trouble->kind == ERR_CONFIG ? EX_OK : err_exit_status(trouble->kind);
}

/* Lists it, or changes a message of it. The message may be in the queue that was not found. */
static int open_and_do(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(err_done) struct err trouble = ERR_INIT;
	CLEANUP(spool_close) struct spool spool;
	CLEANUP(mem_free_at) char *path = find_queue(request, &trouble, &err);

	spool_init(&spool);
	int found = report_config(request, &trouble);
	if (!path || !spool_open(&spool, path, false, &err))
		return report_error(&err);
	if (request->mode == MODE_QUEUE_LIST)
		return worse(found, list_queue(&spool, request->is_json, trouble.kind == ERR_NONE));
	int status = change_message(request, &spool);
	return status == EX_OK ? EX_OK : worse(found, status);
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
	CLEANUP(err_done) struct err trouble = ERR_INIT;
	CLEANUP(spool_close) struct spool spool;
	CLEANUP(mem_free_at) char *path = find_queue(request, &trouble, &err);
	struct run_result result;

	spool_init(&spool);
	int found = report_config(request, &trouble);
	if (path && request->is_all_users && is_somebody_elses(path))
		return EX_OK;
	if (!path || !spool_open(&spool, path, false, &err))
		return report_error(&err);
	run_queue(&spool, &choice, &result);
	report_run(&result);
	int status = err_exit_status(result.obstacle.kind);
	run_result_done(&result);
	return worse(found, status);
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
