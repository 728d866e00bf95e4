/* listqueue.h - printing what is in the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/spool.h"

/*
 * Prints the list of all messages on stdout. Returns the exit status. What can't be read is named
 * on stderr; the list is then without sums, and never called empty. `is_certain` is false if this
 * may not be the queue that was meant: the same holds then.
 */
int list_queue(struct spool *spool, bool is_json, bool is_certain);

/* Prints envelope, history and text of a message on stdout. Returns the exit status. */
int list_show(struct spool *spool, enum spool_folder folder, const char *id);
