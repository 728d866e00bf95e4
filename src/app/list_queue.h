/* list_queue.h - printing the messages of the queues */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/queues.h"

/*
 * Prints one list of all messages of some queues on stdout. Returns the exit status. Queues and
 * messages that can't be read are named on stderr; the list then has no sums, and is never called
 * empty. The same holds if opening the queues had problems.
 */
int list_queue_print(struct queues *queues, bool is_json);

/* Prints envelope, history and text of a message on stdout. Returns the exit status. */
int list_queue_show(struct spool *spool, enum spool_folder folder, const char *id);
