/* change.h - what a person does with one message of the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/queues.h"

/*
 * Finds the message whose id begins or ends with request->queue_id, and shows, sends, holds or
 * removes it, as the mode says. Prints what was done, or why it could not be; returns the exit
 * status.
 */
int change_message(const struct request *request, struct queues *queues);
