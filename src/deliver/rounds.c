/* rounds.c - runs of the queue by one process at a time, with the requests of other processes */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/rounds.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "deliver/report.h"
#include "queue/enqueue.h"
#include "queue/quota.h"
#include "queue/runlock.h"
#include "queue/runrequest.h"
#include "queue/usage.h"

#include <string.h>

static void report_obstacle(struct run_result *result, const struct err *err)
{
	report_problem(err);
	run_result_note(result, err);
}

/*
 * Whether an id in `ids` is newer than those in `seen`. Both lists are sorted. The id of a notice
 * has the time of the message that it is about, so a notice does not count: the next run sends it.
 */
static bool has_new(const struct spool_ids *ids, const struct spool_ids *seen)
{
	size_t at = 0;

	for (size_t i = 0; i < ids->count; i++) {
		const char *id = ids->items[i];
		while (at < seen->count && strncmp(seen->items[at], id, RECORD_ID_TIME_LEN) < 0)
			at++;
		if (at == seen->count || strncmp(seen->items[at], id, RECORD_ID_TIME_LEN) != 0)
			return true;
	}
	return false;
}

/* Lists the queue. Without a list the run cannot see whether there is anything new, and ends. */
static bool list_queue_ids(struct spool *spool, struct spool_ids *ids, struct run_result *result)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (spool_list(spool, SPOOL_QUEUE, ids, &err))
		return true;
	report_obstacle(result, &err);
	return false;
}

static void sweep(struct spool *spool, struct run_result *result)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	quota_refresh(spool);
	if (!enqueue_sweep(spool, &err))
		report_obstacle(result, &err);
}

/* Requests. One process runs the queue; each of the others leaves a request, and exits. */

static struct runrequest request_of(const struct run_choice *choice)
{
	return (struct runrequest){ .ignores_schedule = choice->ignores_schedule,
				    .id = choice->id,
				    .sender = choice->sender,
				    .recipient = choice->recipient };
}

/*
 * Leaves a request. The caller of a forced run relies on it, so for that caller a failure is an
 * error.
 */
static void leave_request(struct spool *spool, const struct run_choice *choice,
			  struct run_result *result)
{
	const struct runrequest request = request_of(choice);
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (runrequest_leave(spool, &request, &err))
		return;
	err_wrap(&err, _("another process runs the queue, and can't be asked to do this, too"));
	if (choice->ignores_schedule)
		report_obstacle(result, &err);
	else
		log_debug("%s", err.text);
}

static void do_request(struct spool *spool, const struct runrequest *request,
		       const struct run_choice *own, struct run_result *result)
{
	const struct run_choice choice = { .tried = own->tried,
					   .ignores_schedule = request->ignores_schedule,
					   .shows_progress = own->shows_progress,
					   .id = request->id,
					   .sender = request->sender,
					   .recipient = request->recipient };
	struct run_result others = { 0 };

	run_through(spool, &choice, &others);
	if (others.obstacle.kind != ERR_NONE)
		run_result_note(result, &others.obstacle);
	run_result_done(&others);
}

/*
 * Does the task of this run, and then the requests of other processes. A message that several of
 * them name is tried once. Returns whether the requests were removed, so that a new request can be
 * recognised.
 */
static bool do_all(struct spool *spool, const struct run_choice *choice, struct run_result *result)
{
	CLEANUP(runrequests_done) struct runrequests requests = { 0 };
	CLEANUP(run_list_tried_done) struct run_tried tried = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct runrequest asked = request_of(choice);
	struct run_choice own = *choice;
	bool is_taken = runrequests_take(spool, &requests, &err);

	own.tried = &tried;
	run_through(spool, &own, result);
	for (size_t i = 0; i < requests.count; i++)
		if (!runrequest_is_same(&requests.items[i], &asked))
			do_request(spool, &requests.items[i], &own, result);
	if (is_taken && runrequests_finish(spool, &requests, &err))
		return true;
	report_obstacle(result, &err);
	return false;
}

static bool has_request(struct spool *spool, struct run_result *result)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	bool has_any;

	if (!runrequests_find(spool, &has_any, &err))
		report_obstacle(result, &err);
	return has_any;
}

/*
 * Runs once, and releases the lock. Returns whether another round is needed: messages or a request
 * came while this process had the lock. Each round needs something new from another process, so the
 * rounds end.
 */
static bool run_round(struct spool *spool, const struct run_choice *choice,
		      struct run_result *result, int *lock)
{
	CLEANUP(spool_ids_done) struct spool_ids seen = { 0 };
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };

	if (!list_queue_ids(spool, &seen, result))
		return false;
	sweep(spool, result);
	result->waiting = 0;
	bool can_go_on = do_all(spool, choice, result);
	/*
	 * The lock is released before the look at the requests. So a process that finds the lock
	 * taken has left its request in time for the look.
	 */
	fs_close_at(lock);
	return can_go_on && (has_request(spool, result) ||
			     (list_queue_ids(spool, &ids, result) && has_new(&ids, &seen)));
}

static int lock_run(struct spool *spool, struct run_result *result)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	int lock;

	if (!runlock_take(spool, &lock, &err))
		report_obstacle(result, &err);
	return lock;
}

/*
 * Takes the lock, or leaves a request. The process with the lock may have looked at requests just
 * before this one was left. Its lock is free then, so the lock is tried again.
 */
static int lock_or_leave(struct spool *spool, const struct run_choice *choice,
			 struct run_result *result)
{
	int lock = lock_run(spool, result);

	if (lock >= 0 || result->obstacle.kind != ERR_NONE)
		return lock;
	leave_request(spool, choice, result);
	lock = lock_run(spool, result);
	result->is_elsewhere = lock < 0;
	return lock;
}

static void tell_elsewhere(const struct run_choice *choice, const struct run_result *result)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	if (!result->is_elsewhere || result->obstacle.kind != ERR_NONE ||
	    (!choice->ignores_schedule && !log_is_debug()))
		return;
	str_add(&line, _("another process runs the queue, and was asked to do this, too"));
	report_warnings(&line);
}

void rounds_run(struct spool *spool, const struct run_choice *choice, struct run_result *result)
{
	struct run_choice now = *choice;

	*result = (struct run_result){ 0 };
	if (spool->top < 0)
		return;
	CLEANUP(fs_close_at) int lock = lock_or_leave(spool, choice, result);
	tell_elsewhere(choice, result);
	while (lock >= 0 && run_round(spool, &now, result, &lock)) {
		/* In later rounds, do not retry messages that this run has already tried. */
		now.ignores_schedule = false;
		now.follows_success = false;
		lock = lock_run(spool, result);
	}
}

void rounds_run_requested(struct spool *spool)
{
	const struct run_choice choice = { 0 };
	struct run_result result = { 0 };

	if (has_request(spool, &result))
		rounds_run(spool, &choice, &result);
	run_result_done(&result);
}
