/* run.h - sending what waits in the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "deliver/run_list.h"
#include "smtp/session.h"

/*
 * What a run came to. `is_elsewhere` says that another process runs the queue and does it. `first`
 * is the first trouble with a message or its relay; such messages wait, or have failed. `obstacle`
 * is what kept the run from looking at the queue or a part of it; it was reported, and is an error
 * of the run. Both are ERR_NONE if there was nothing.
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

/* Adds an obstacle that was reported; the first one stays. */
void run_result_note(struct run_result *result, const struct err *obstacle);

/*
 * Sends the chosen messages, route by route, oldest first. The caller has the lock of the run.
 * Adds to the result.
 */
void run_through(struct spool *spool, const struct run_choice *choice, struct run_result *result);

/*
 * Sends the due messages that could go on a session with its settings, until half a minute is over.
 * The session is used up, and has to be closed before the caller goes on with
 * rounds_run_requested.
 */
void run_on_session(struct spool *spool, struct session *session);
