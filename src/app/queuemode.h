/* queuemode.h - what is asked about the queue: list it, run it, change a message of it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/* Carries out one of the MODE_QUEUE_* modes. Returns the exit status. */
int queue_mode_run(const struct request *request);
