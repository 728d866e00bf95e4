/* change.h - the modes for one message of the queue: show, retry, hold, remove */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Each function finds the message whose id begins or ends with request->queue_id, does what its
 * name says, and prints the result. Returns the exit status.
 */
int change_show(const struct request *request);
int change_retry(const struct request *request);
int change_hold(const struct request *request);
int change_remove(const struct request *request);
