/* usage.h - how much of a queue each user takes, who hand in by one service; kept, not counted */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/spool.h"

/*
 * The messages of one user in q/, hold/ and failed/, and the octets of all of them. A file for each
 * user, usage/UID in the queue, has both figures, so that no check lists the queue. A queue that no
 * service shares has no folder of that name, and nothing is done there.
 *
 * A message is counted before it gets its name, and its removal after its name is gone. So a
 * process that dies in between, or a file that a person deletes, leaves a figure that is too high.
 * The queue is counted anew, as a whole, by a run of the queue every five minutes at most; where a
 * file is damaged, missing, or from before the last boot (the figures are not synced); and before a
 * user is refused, four times a minute at most. What is handed in while that goes on may be missed,
 * at most a message a session, until the next time.
 */
struct usage {
	uint64_t count;
	uint64_t bytes;
};

/*
 * Whether so many octets more fit, as far as that is known without counting for the first time.
 * ERR_DEFER: they do not; ERR_SYSTEM: that can't be told now.
 */
bool usage_has_room(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		    struct err *err) MUST_USE;
/* The same, and counts one message of that size. The caller calls usage_release if it fails. */
bool usage_reserve(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		   struct err *err) MUST_USE;
/*
 * A message comes into the queue that nobody limits, as a notice does: it is counted, too, as its
 * removal will be. Where that can't be done the figure is too low until the next recount.
 */
void usage_add(struct spool *spool, unsigned uid, uint64_t bytes);
/* A message has left the queue, or did not come into it. */
void usage_release(struct spool *spool, unsigned uid, uint64_t bytes);

/* Counts the queue anew where there is something to count, and it is time for that. */
void usage_refresh(struct spool *spool);

/*
 * Whether all users together have fewer messages than that, by the figures alone. False: they have
 * more, or that is not known.
 */
bool usage_is_below(struct spool *spool, uint64_t count) MUST_USE;

/*
 * Takes one of `max` places that a user has at once, for as long as the descriptor is open. -1: all
 * are taken. -2: places can't be had here.
 */
int usage_take_place(struct spool *spool, unsigned uid, unsigned max) MUST_USE;
