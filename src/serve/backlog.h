/* backlog.h - the messages saved by a session, and the runs of the queue that send them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * The queue that has waiting messages of this session. `path` is the queue in which a message was
 * saved since its last run (NULL: none), `due` the time of the next run, `child` the process of the
 * last run (0: none yet). `output` and `place` (-1: none) are descriptors that no child keeps: the
 * client waits until the last copy of `output` is closed, and the next client until the last copy
 * of `place` is.
 */
struct backlog {
	char *path;
	int64_t due;
	pid_t child;
	int output;
	int place;
};

void backlog_init(struct backlog *backlog, int output, int place);

/*
 * Notes that a message was saved in the queue at `path`. The caller must hold no lock on a message,
 * because a child would inherit it.
 */
void backlog_add(struct backlog *backlog, const char *path);

/* Starts a run in the background if messages are waiting and the next run is due. */
void backlog_run_if_due(struct backlog *backlog);
/* Starts a run at the end of the session, due or not. */
void backlog_run(struct backlog *backlog);
