/* enqueue.h - adding a message to the queue, so that it survives a power cut */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/entry.h"

/* Whether fewer than `max` messages wait; 0: no limit. ERR_SYSTEM: the queue is full. */
bool enqueue_has_room(struct spool *spool, int max, struct err *err) MUST_USE;
/* Begins a file: message_read writes the message to `entry->fd`. ERR_SYSTEM. */
bool enqueue_begin(struct spool *spool, struct entry *entry, struct err *err) MUST_USE;
/*
 * Completes the file (parts, envelope, checksum), brings it to stable storage, locks it and gives
 * it its name. When it returns true the message survives a power cut. On failure nothing remains.
 * ERR_SYSTEM.
 */
bool enqueue_commit(struct entry *entry, const struct message *message, struct err *err) MUST_USE;

/*
 * Removes files that interrupted processes left in tmp/: older than 36 hours and not locked.
 * ERR_IO.
 */
bool enqueue_sweep(struct spool *spool, struct err *err) MUST_USE;
