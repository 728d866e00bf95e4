/* queuemode.c - what is asked about the queue: list it, run it, change a message of it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/queuemode.h"

#include "app/change.h"
#include "app/listqueue.h"
#include "app/queues.h"
#include "app/report.h"
#include "app/rounds.h"
#include "app/users.h"
#include "base/i18n.h"
#include "base/log.h"

#include <signal.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* The worse of two exit statuses is the first that is not 0. */
static int worse(int status, int other)
{
	return status != EX_OK ? status : other;
}

/* Lists all messages, or changes one. */
static int open_and_do(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(queues_done) struct queues queues;

	if (!queues_open(&queues, request, &err))
		return report_error(&err);
	if (request->mode != MODE_QUEUE_LIST)
		return change_message(request, &queues);
	report_warnings(&queues.problems);
	return worse(queues.status, list_queues(&queues, request->is_json));
}

/* Running the queue */

/* One line, and only for those who asked for it, or where something went wrong. */
static void report_run(const struct run_result *result)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	bool is_trouble = result->first.kind != ERR_NONE || result->failed > 0;

	if (!is_trouble && !log_is_debug())
		return;
	str_addf(&line, _("%zu sent, %zu waiting, %zu failed"), result->sent, result->waiting,
		 result->failed);
	if (result->first.kind != ERR_NONE)
		str_addf(&line, ": %s", result->first.text);
	report_warnings(&line);
}

static void add_result(struct run_result *sum, const struct run_result *result)
{
	sum->sent += result->sent;
	sum->waiting += result->waiting;
	sum->failed += result->failed;
	sum->is_elsewhere |= result->is_elsewhere;
	if (sum->first.kind == ERR_NONE)
		err_copy(&sum->first, &result->first);
	if (sum->obstacle.kind == ERR_NONE)
		err_copy(&sum->obstacle, &result->obstacle);
}

static int run_once(const struct request *request)
{
	const struct run_choice choice = { .ignores_schedule = request->ignores_schedule,
					   .shows_progress = isatty(STDERR_FILENO),
					   .id = request->choice.id,
					   .sender = request->choice.sender,
					   .recipient = request->choice.recipient };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(queues_done) struct queues queues;
	CLEANUP(run_result_done) struct run_result sum = { 0 };

	if (!queues_open(&queues, request, &err))
		return report_error(&err);
	report_warnings(&queues.problems);
	for (size_t i = 0; i < queues.count; i++) {
		CLEANUP(run_result_done) struct run_result result;
		rounds_run(&queues.items[i], &choice, &result);
		add_result(&sum, &result);
	}
	report_run(&sum);
	return worse(queues.status, err_exit_status(sum.obstacle.kind));
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
