/* rounds.h - runs of the queue, one process at a time, and what the others ask for */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "deliver/run.h"

/*
 * Sends the chosen messages, and what came or was asked for in the meantime. If another process
 * runs the queue, it is asked to do this, too; for a forced run that is said on stderr, and that it
 * can't be asked is an obstacle.
 */
void rounds_run(struct spool *spool, const struct run_choice *choice, struct run_result *result);

/*
 * Runs the queue if another process has asked for that. For after run_on_session, which has the
 * lock of the run, but does not look at requests.
 */
void rounds_run_requested(struct spool *spool);
