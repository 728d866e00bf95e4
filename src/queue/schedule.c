/* schedule.c - when a message is tried next, and when it has expired; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/schedule.h"

enum { DELAY_LAST = 4 * 60 * 60 }; /* before the jitter */

static const int delays[] = { 60, 3 * 60, 10 * 60, 30 * 60, 60 * 60, 2 * 60 * 60, DELAY_LAST };

enum { DELAYS = LENGTH(delays) };

static int64_t jitter(int64_t delay, uint32_t random)
{
	int64_t fifth = delay / 5;

	return delay - fifth + random % (2 * fifth + 1);
}

int64_t schedule_delay(unsigned attempts, uint32_t random)
{
	unsigned i = attempts > 0 ? attempts - 1 : 0;

	return jitter(delays[i < DELAYS ? i : DELAYS - 1], random);
}

int64_t schedule_route_delay(unsigned failures, uint32_t random)
{
	int64_t delay = SCHEDULE_ROUTE_FIRST;

	for (unsigned i = 1; i < failures && delay < SCHEDULE_ROUTE_LAST; i++)
		delay *= 2;
	return jitter(delay < SCHEDULE_ROUTE_LAST ? delay : SCHEDULE_ROUTE_LAST, random);
}

bool schedule_is_early(const struct record *record, int64_t now)
{
	return record->not_before > now && !(record->progress.flags & RECORD_RELEASED);
}

int64_t schedule_next_try(const struct record *record)
{
	int64_t planned = record->progress.next_try;

	return schedule_is_early(record, planned) ? record->not_before : planned;
}

bool schedule_is_due(const struct record *record, int64_t now)
{
	int64_t next = record->progress.next_try;

	if (schedule_is_early(record, now))
		return false;
	return next <= now || next > now + DELAY_LAST + DELAY_LAST / 5;
}

/* Whether the counted attempts are too old to say anything about the last days. */
static bool is_stale(const struct record_progress *progress, int64_t now)
{
	return now - progress->last_counted > SCHEDULE_STALE;
}

/* A count in the future dates from before the clock was set back: it is moved to now. */
void schedule_count(struct record_progress *progress, int64_t now)
{
	int64_t gap = now - progress->last_counted;

	if (progress->counted > 0 && gap < 0)
		progress->last_counted = now;
	if (progress->counted > 0 && gap < SCHEDULE_COUNT_GAP)
		return;
	progress->counted = is_stale(progress, now) ? 1 : progress->counted + 1;
	progress->last_counted = now;
}

bool schedule_is_expired(const struct record *record, int64_t now)
{
	const struct record_progress *progress = &record->progress;

	return now >= record->expires && progress->counted >= SCHEDULE_COUNTED_MIN &&
	       !is_stale(progress, now);
}

bool schedule_is_hopeless(const struct record_progress *progress)
{
	unsigned crashes =
		progress->begun > progress->ended ? progress->begun - progress->ended : 0;

	return progress->doubts >= SCHEDULE_DOUBTS_MAX || crashes >= SCHEDULE_CRASHES_MAX;
}
