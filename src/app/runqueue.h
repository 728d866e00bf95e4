/* runqueue.h - sending what waits in the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/spool.h"
#include "smtp/session.h"

/*
 * Which messages a run takes, but never one whose sender wants it to be sent later. Without
 * `ignores_schedule` only those that are due; `follows_success` adds those that only wait because
 * their relay could not be reached. The texts are
 * sendmail's -qI, -qS and -qR: part of the id, of the sender, of a recipient (NULL: any).
 */
struct run_choice {
	bool ignores_schedule;
	bool follows_success;
	bool shows_progress; /* on stderr */
	const char *id;
	const char *sender;
	const char *recipient;
};

/*
 * What a run came to. `is_elsewhere` says that another process runs the queue already.
 */
struct run_result {
	size_t sent;
	size_t waiting;
	size_t failed;
	bool is_elsewhere;
	struct err first; /* the first trouble met */
};

void run_result_done(struct run_result *result);

/*
 * Sends the chosen messages, route by route, oldest first; then gives the lock back.
 */
void run_queue(struct spool *spool, const struct run_choice *choice, struct run_result *result);

/*
 * Whether messages are due that could go on a session with these settings, but the one named; and
 * sending them on it. The session is used up.
 */
bool run_has_due(struct spool *spool, const struct settings *settings, const char *but_id);
void run_on_session(struct spool *spool, struct session *session);
