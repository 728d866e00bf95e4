/* schedule.h - when a message is tried next, and when it is given up; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/record.h"

enum {
	SCHEDULE_COUNT_GAP = 10 * 60, /* attempts closer than that count once */
	SCHEDULE_COUNTED_MIN = 5,     /* a message that expires was tried that often */
	SCHEDULE_STALE =
		30 * 24 * 60 * 60, /* a longer gap between attempts begins the count anew */
	SCHEDULE_DOUBTS_MAX = 3,
	SCHEDULE_CRASHES_MAX = 3,
	SCHEDULE_OPERATOR_GAP = 30 * 60, /* between attempts with a login that was refused */
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
 * Whether the time that its sender wants is still to come. Such a message is not tried, whatever
 * else speaks for it; only a person can let it go (RECORD_RELEASED). What counts is what the clock
 * says: one that is set back makes it wait longer.
 */
bool schedule_is_early(const struct record *record, int64_t now);

/* When it is tried next, as far as that is planned: not before its sender wants it. */
int64_t schedule_next_try(const struct record *record);

/*
 * Whether a message is due, and not early. A next try further away than the schedule ever goes
 * means that the clock was set back: such a message is due.
 */
bool schedule_is_due(const struct record *record, int64_t now);

/*
 * Notes an attempt that failed for now: counts it where the last counted one is long enough ago.
 * One that is too long ago (the clock jumped, the machine was away for weeks) does not count any
 * more.
 */
void schedule_count(struct record_progress *progress, int64_t now);

/* Whether it has expired: too old *and* tried often enough, and that not too long ago. */
bool schedule_is_expired(const struct record *record, int64_t now);

/* Whether it has to be set aside: in doubt, or crashing us, too often. */
bool schedule_is_hopeless(const struct record_progress *progress);
