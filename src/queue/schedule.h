/* schedule.h - when a message is tried next, and when it has expired; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/record.h"

enum {
	SCHEDULE_COUNT_GAP = 10 * 60,       /* attempts closer than that count once */
	SCHEDULE_COUNTED_MIN = 5,           /* counted attempts before a message can expire */
	SCHEDULE_STALE = 30 * 24 * 60 * 60, /* a longer gap between attempts restarts the count */
	SCHEDULE_DOUBTS_MAX = 3,
	SCHEDULE_CRASHES_MAX = 3,
	SCHEDULE_OPERATOR_GAP = 30 * 60, /* between attempts with a login that was rejected */
	SCHEDULE_ROUTE_FIRST = 60,
	SCHEDULE_ROUTE_LAST = 60 * 60,
};

/*
 * Seconds until the attempt after `attempts` (1 or more): 1, 3, 10, 30 minutes, 1, 2, 4 hours, and
 * so on every 4, each by up to a fifth more or less as `random` says.
 */
int64_t schedule_delay(unsigned attempts, uint32_t random);

/*
 * Seconds until a route is tried after `failures` (1 or more): 1 minute, doubled up to an hour,
 * each by up to a fifth more or less.
 */
int64_t schedule_route_delay(unsigned failures, uint32_t random);

/*
 * Whether the time that the sender wants (not_before) is still to come. Such a message is not
 * tried, unless a person releases it (RECORD_RELEASED). A clock that was set back makes it wait
 * longer.
 */
bool schedule_is_early(const struct record *record, int64_t now);

/* When the message is tried next, as planned: never before the time that the sender wants. */
int64_t schedule_next_try(const struct record *record);

/*
 * Whether a message is due. It is also due if the next try is further away than the longest delay,
 * because then the clock was set back.
 */
bool schedule_is_due(const struct record *record, int64_t now);

/*
 * Notes an attempt that failed temporarily: counts it if the last counted attempt is at least
 * SCHEDULE_COUNT_GAP ago. After more than SCHEDULE_STALE (the clock jumped, the machine was off for
 * weeks) the count begins again.
 */
void schedule_count(struct record_progress *progress, int64_t now);

/* Whether it has expired: too old *and* tried often enough, within SCHEDULE_STALE. */
bool schedule_is_expired(const struct record *record, int64_t now);

/* Whether it must be moved to hold/: in doubt, or crashing the program, too often. */
bool schedule_is_hopeless(const struct record_progress *progress);
