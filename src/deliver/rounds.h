/* rounds.h - runs of the queue by one process at a time, with the requests of other processes */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "deliver/run.h"

/*
 * Sends the chosen messages. Then serves messages and requests that came in the meantime. If
 * another process runs the queue, this process leaves a request for it. For a forced run, that is
 * said on stderr; a request that cannot be left is then an obstacle.
 */
void rounds_run(struct spool *spool, const struct run_choice *choice, struct run_result *result);

/*
 * Runs the queue if another process has asked for it. Call it after run_on_session, which holds the
 * run lock and does not look at requests.
 */
void rounds_run_requested(struct spool *spool);
