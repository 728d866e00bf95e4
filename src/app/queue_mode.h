/* queue_mode.h - the modes for whole queues: running and listing them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/* Sends the messages that are due, once or at intervals. Returns the exit status. */
int queue_mode_run(const struct request *request);

/* Prints the messages of the user's queues. Returns the exit status. */
int queue_mode_list(const struct request *request);
