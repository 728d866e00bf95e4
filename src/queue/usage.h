/* usage.h - figures of how much of a service's queue each user takes */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/spool.h"

#include <stdint.h>

/*
 * The messages of one user in q/, hold/ and failed/, and their octets. A file for each user,
 * usage/UID in the queue, has both figures, so that no check lists the queue. A queue that no
 * service shares has no folder of that name, and nothing is done there.
 *
 * A message is counted before it gets its name, and its removal after its name is gone. So a
 * process that dies in between, or a file that a person deletes, leaves a figure that is too high.
 * quota.h says when the queue is counted anew.
 */
struct usage {
	uint64_t count;
	uint64_t bytes;
};

/*
 * Counts a message that no limit applies to, such as a notice: its removal will be counted, too.
 * After a failure the figure is too low until the next recount.
 */
void usage_add(struct spool *spool, unsigned uid, uint64_t bytes);
/* Counts a message that has left the queue, or that was counted and did not come into it. */
void usage_release(struct spool *spool, unsigned uid, uint64_t bytes);

enum usage_verdict { USAGE_FITS, USAGE_FULL, USAGE_UNKNOWN };

/*
 * Whether a new message of `bytes` octets is within the limit; with `takes` the message is counted
 * if it is. Only the figures are read, not the queue. `may_recount` becomes false if too many
 * recent recounts were for this user.
 */
enum usage_verdict usage_check(struct spool *spool, unsigned uid, uint64_t bytes,
			       const struct usage *limit, bool takes, bool *may_recount) MUST_USE;

/*
 * Whether all users together have fewer than `count` messages, by the figures. False: they have as
 * many or more, or the number is not known.
 */
bool usage_is_below(struct spool *spool, uint64_t count) MUST_USE;

/*
 * Takes one of `max` places that a user has at once, for as long as the descriptor is open. -1: all
 * are taken. -2: the places cannot be had in this queue.
 */
int usage_take_place(struct spool *spool, unsigned uid, unsigned max) MUST_USE;

/* For a recount, see quota.c. */

/*
 * The content of a user's file. `changes` tells a recount whether it was overtaken. `since` and
 * `recounts` are the recounts for the sake of this user in the window that began at that time; in
 * the file of the whole queue `since` is the last recount. Times are those of the monotonic clock,
 * which is why `boot` belongs to them.
 */
struct usage_figures {
	uint64_t count;
	uint64_t bytes;
	uint64_t changes;
	uint64_t since;
	uint64_t recounts;
	uint64_t boot;
	uint64_t check;
};

/* Seconds that a process waits for another one to change a figure, or to count. */
enum { USAGE_LOCK_SECONDS = 5 };

/* The folder of the figures; -1 with errno set: there is none. */
int usage_open_folder(const struct spool *spool) MUST_USE;
/* Makes the folder where it is missing. */
bool usage_make_folder(const struct spool *spool) MUST_USE;
/* The file of a user, and of the whole queue; -1 with errno set. */
int usage_open_user(const struct spool *spool, unsigned uid, bool creates) MUST_USE;
int usage_open_all(const struct spool *spool, bool creates) MUST_USE;
/* Locks a file or the folder; 0 seconds: without waiting. */
bool usage_lock(int fd, int seconds) MUST_USE;
/* False, with zeros: the file is empty, damaged, or from before the last boot. */
bool usage_load(int fd, struct usage_figures *figures) MUST_USE;
bool usage_store(int fd, struct usage_figures *figures) MUST_USE;
/* The users that have a file. */
bool usage_list_users(const struct spool *spool, struct spool_ids *users) MUST_USE;
/* When the whole queue was counted last in this boot. False: never. */
bool usage_last_recount(const struct spool *spool, uint64_t *when) MUST_USE;
