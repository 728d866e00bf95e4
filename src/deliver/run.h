/* run.h - one run of the queue: the sessions and messages of each route */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "deliver/run_list.h"
#include "smtp/session.h"

/*
 * The result of a run. `is_elsewhere`: another process runs the queue, and does the task. `first`
 * is the first trouble with a message or its relay; such a message waits or has failed. `obstacle`
 * is the first error that kept the run from reading the queue or a part of it. It has been
 * reported, and is an error of the run. Both are ERR_NONE if there was none.
 */
struct run_result {
	size_t sent;
	size_t waiting;
	size_t failed;
	bool is_elsewhere;
	struct err first;
	struct err obstacle;
};

void run_result_done(struct run_result *result);

/* Notes an obstacle that was reported. The first one stays. */
void run_result_note(struct run_result *result, const struct err *obstacle);

/*
 * Sends the chosen messages, route by route, oldest first. The caller has the run lock. Adds to the
 * result.
 */
void run_through(struct spool *spool, const struct run_choice *choice, struct run_result *result);

/*
 * Sends the due messages that can share this session, for half a minute at most. The caller has to
 * close the session afterwards, before rounds_run_requested.
 */
void run_on_session(struct spool *spool, struct session *session);
