/* backlog.h - what a session has saved, and the runs of the queue that send it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * `path` is the queue in which something was saved since its last run (NULL: none), `due` the
 * instant of the next run, `child` who makes the last one (0: nobody yet). `output` and
 * `place` (-1: none) are descriptors that no child keeps: the client waits for the last copy of the
 * first, and the next client for that of the second.
 */
struct backlog {
	char *path;
	int64_t due;
	pid_t child;
	int output;
	int place;
};

void backlog_init(struct backlog *backlog, int output, int place);

/* A message is in the queue at `path`; the caller holds no lock on one, as a child would, too. */
void backlog_add(struct backlog *backlog, const char *path);

/* Starts a run in the background if there is something for it and it is time. */
void backlog_run_if_due(struct backlog *backlog);
/* The same at the end of the session, where it is always time. */
void backlog_run(struct backlog *backlog);
