/* queue_mode.c - the modes for whole queues: running and listing them */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/queue_mode.h"

#include "app/list_queue.h"
#include "app/queues.h"
#include "app/users.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "deliver/report.h"
#include "deliver/rounds.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* Returns the exit status of the first failure. */
static int worse(int status, int other)
{
	return status != EX_OK ? status : other;
}

int queue_mode_list(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(queues_done) struct queues queues;

	if (!queues_open(&queues, request, &err))
		return report_error(&err);
	report_warnings(&queues.problems);
	return worse(queues.status, list_queue_print(&queues, request->is_json));
}

/* Running the queue */

/*
 * Whether to print a line about the run: after an error; for all users if there was a message; else
 * with -v only.
 */
static bool is_worth_a_line(const struct request *request, const struct run_result *result)
{
	if (result->first.kind != ERR_NONE || result->failed > 0)
		return true;
	if (request->is_all_users)
		return result->sent + result->waiting > 0 || result->is_elsewhere;
	return log_is_debug();
}

static void report_run(const struct request *request, const struct run_result *result)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	if (!is_worth_a_line(request, result))
		return;
	str_addf(&line, _("%zu sent, %zu waiting, %zu failed"), result->sent, result->waiting,
		 result->failed);
	if (result->first.kind != ERR_NONE)
		str_addf(&line, ": %s", result->first.text);
	/*
	 * A command of the user may have printed a line without its end. The parent drops empty
	 * lines.
	 */
	if (request->is_all_users)
		fputc('\n', stderr);
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
	CLEANUP(closed_routes_done) struct closed_routes closed = { 0 };
	const struct run_choice choice = { .closed = &closed,
					   .ignores_schedule = request->ignores_schedule,
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
	report_run(request, &sum);
	return worse(queues.status, err_exit_status(sum.obstacle.kind));
}

/* Runs in the child of each user. */
static int run_of_user(const void *request)
{
	return run_once(request);
}

static int run_all(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	int status;

	if (!request->is_all_users)
		return run_once(request);
	if (!users_do_each(run_of_user, request, &status, &err))
		return report_error(&err);
	return status;
}

static void leave(int number)
{
	(void)number;
	_exit(EX_OK);
}

static void wake(int number)
{
	(void)number;
}

/* Process 1 of a container ignores every signal that it has no handler for. */
static void listen_to_signals(void)
{
	const struct sigaction action = { .sa_handler = leave };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

/*
 * Reaps children that other processes have left to process 1. Between two runs none of them is
 * ours.
 */
static void reap_orphans(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* SIGCHLD is blocked except while we sleep, so that none is missed. */
static void wait_for_next(int seconds)
{
	const struct sigaction action = { .sa_handler = wake, .sa_flags = SA_NOCLDSTOP };
	int64_t end = clock_after(seconds);
	sigset_t blocked;
	sigset_t before;

	listen_to_signals();
	sigaction(SIGCHLD, &action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	while (clock_left(end) > 0) {
		int left = clock_left(end);
		const struct timespec limit = { .tv_sec = left / 1000,
						.tv_nsec = left % 1000 * 1000000L };
		reap_orphans();
		(void)ppoll(NULL, 0, &limit, &before);
	}
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Waits for a child of ours, and reaps orphans meanwhile. */
static void reap_until(pid_t child)
{
	pid_t ended;

	do
		ended = waitpid(-1, NULL, 0);
	while (ended != child && (ended > 0 || errno == EINTR));
}

/*
 * Runs the queue in a child, so that process 1 can reap orphans meanwhile. When process 1 ends, the
 * kernel ends all others.
 */
static void run_in_child(const struct request *request)
{
	/* If the caller had SIGCHLD ignored, the end of this child would be missed. */
	signal(SIGCHLD, SIG_DFL);
	fflush(NULL);
	pid_t child = fork();
	if (child > 0)
		reap_until(child);
	else
		run_all(request);
	if (child == 0) {
		fflush(NULL);
		_exit(EX_OK);
	}
}

int queue_mode_run(const struct request *request)
{
	if (request->interval <= 0)
		return run_all(request);
	for (;;) {
		listen_to_signals();
		if (getpid() == 1)
			run_in_child(request);
		else
			run_all(request);
		wait_for_next(request->interval);
	}
}
