/* test_schedule.c - delays, due messages, counted attempts, expiry, messages set aside */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "queue/schedule.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

#define NOW INT64_C(1763900000)

static void test_delays(int64_t (*delay)(unsigned, uint32_t), const char *name,
			const int64_t *expected, unsigned count)
{
	for (unsigned n = 1; n <= count; n++) {
		int64_t least = INT64_MAX, most = 0;
		for (uint32_t random = 0; random < 10007; random++) {
			int64_t found = delay(n, random);
			least = found < least ? found : least;
			most = found > most ? found : most;
		}
		test_case("%s %u", name, n);
		EXPECT_NUMBER(least, expected[n - 1] * 8 / 10);
		EXPECT_NUMBER(most, expected[n - 1] * 12 / 10);
		EXPECT(delay(n, UINT32_MAX) >= least && delay(n, UINT32_MAX) <= most);
	}
}

static void test_all_delays(void)
{
	static const int64_t message[] = { MINUTE,   3 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR,
					   2 * HOUR, 4 * HOUR,   4 * HOUR,    4 * HOUR };
	static const int64_t route[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600 };

	test_delays(schedule_delay, "message", message, LENGTH(message));
	test_delays(schedule_route_delay, "route", route, LENGTH(route));
	test_case("numbers out of range");
	EXPECT_NUMBER(schedule_delay(0, 12), MINUTE);
	EXPECT_NUMBER(schedule_delay(UINT32_MAX, 48 * MINUTE), 4 * HOUR);
	EXPECT_NUMBER(schedule_route_delay(0, 12), MINUTE);
	EXPECT_NUMBER(schedule_route_delay(UINT32_MAX, 12 * MINUTE), HOUR);
}

static void test_due(void)
{
	static const struct {
		const char *name;
		int64_t next_try;
		bool is_due;
	} table[] = {
		{ "never tried", 0, true },
		{ "long ago", NOW - 3650LL * DAY, true },
		{ "a second ago", NOW - 1, true },
		{ "now", NOW, true },
		{ "in a second", NOW + 1, false },
		{ "in four hours", NOW + 4 * HOUR, false },
		{ "as far away as it goes", NOW + 4 * HOUR + 48 * MINUTE, false },
		{ "further away than it goes", NOW + 4 * HOUR + 48 * MINUTE + 1, true },
		{ "the clock was set back by ten years", NOW + 3650LL * DAY, true },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct record record = { .progress.next_try = table[i].next_try };
		test_case("due: %s", table[i].name);
		EXPECT_NUMBER(schedule_is_due(&record, NOW), table[i].is_due);
	}
}

static void test_early(void)
{
	static const struct {
		const char *name;
		int64_t not_before;
		int64_t next_try;
		unsigned flags;
		bool is_early;
		bool is_due;
		int64_t planned;
	} table[] = {
		{ "no time is set", 0, NOW, 0, false, true, NOW },
		{ "in a second", NOW + 1, NOW + 1, 0, true, false, NOW + 1 },
		{ "in a year", NOW + 365 * DAY, NOW + 365 * DAY, 0, true, false, NOW + 365 * DAY },
		{ "now", NOW, NOW, 0, false, true, NOW },
		{ "a year ago", NOW - 365 * DAY, NOW - 365 * DAY, 0, false, true, NOW - 365 * DAY },
		{ "then, but the progress was torn", NOW + DAY, 0, 0, true, false, NOW + DAY },
		{ "then, but the relay failed", NOW + DAY, NOW - 1, RECORD_ROUTE_FAILED, true,
		  false, NOW + DAY },
		{ "then, but a person let it go", NOW + DAY, NOW, RECORD_RELEASED, false, true,
		  NOW },
		{ "then, let go, and it failed", NOW + DAY, NOW + MINUTE, RECORD_RELEASED, false,
		  false, NOW + MINUTE },
		{ "its time came, and it failed", NOW - DAY, NOW + MINUTE, 0, false, false,
		  NOW + MINUTE },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct record record = { .not_before = table[i].not_before,
					 .progress.next_try = table[i].next_try,
					 .progress.flags = table[i].flags };
		test_case("early: %s", table[i].name);
		EXPECT_NUMBER(schedule_is_early(&record, NOW), table[i].is_early);
		EXPECT_NUMBER(schedule_is_due(&record, NOW), table[i].is_due);
		EXPECT_NUMBER(schedule_next_try(&record), table[i].planned);
	}
}

static void test_count(void)
{
	static const struct {
		const char *name;
		unsigned counted;
		int64_t gap;
		unsigned expected;
		int64_t last_moves;
	} table[] = {
		{ "the first", 0, 0, 1, 0 },
		{ "the first, whatever was noted", 0, -DAY, 1, DAY * -1 },
		{ "at once", 1, 0, 1, 0 },
		{ "too early", 1, 10 * MINUTE - 1, 1, 0 },
		{ "late enough", 1, 10 * MINUTE, 2, 10 * MINUTE },
		{ "a day later", 4, DAY, 5, DAY },
		{ "a month later", 4, 30 * DAY, 5, 30 * DAY },
		{ "too much later", 4, 30 * DAY + 1, 1, 30 * DAY + 1 },
		{ "ten years later", 9, 3650LL * DAY, 1, 3650LL * DAY },
		{ "ten years earlier", 9, -3650LL * DAY, 9, -3650LL * DAY },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct record_progress progress = { .counted = table[i].counted,
						    .last_counted = NOW };
		schedule_count(&progress, NOW + table[i].gap);
		test_case("counts: %s", table[i].name);
		EXPECT_NUMBER(progress.counted, table[i].expected);
		EXPECT_NUMBER(progress.last_counted, NOW + table[i].last_moves);
	}
}

static void test_expiry(void)
{
	static const struct {
		const char *name;
		int64_t age;
		unsigned counted;
		int64_t since_counted;
		bool is_expired;
	} table[] = {
		{ "young", DAY, 5, 0, false },
		{ "a second too young", 5 * DAY - 1, 9, 0, false },
		{ "old, never tried", 5 * DAY, 0, 5 * DAY, false },
		{ "old, tried four times", 50 * DAY, 4, 0, false },
		{ "old, tried five times", 5 * DAY, 5, 0, true },
		{ "old, tried often", 6 * DAY, 40, 4 * HOUR, true },
		{ "the clock went ten years ahead", 3650LL * DAY, 40, 3650LL * DAY, false },
		{ "the clock went ten years back", -3650LL * DAY, 40, -3650LL * DAY, false },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct record record = {
			.created = NOW - table[i].age,
			.expires = NOW - table[i].age + 5 * DAY,
			.progress = { .counted = table[i].counted,
				      .last_counted = NOW - table[i].since_counted },
		};
		test_case("expired: %s", table[i].name);
		EXPECT_NUMBER(schedule_is_expired(&record, NOW), table[i].is_expired);
	}
}

/* Plays all attempts of a message that is deferred each time. */
static int64_t life_of(struct record *record, int64_t from)
{
	int64_t at = from;

	for (unsigned attempt = 1; attempt < 1000; attempt++) {
		schedule_count(&record->progress, at);
		if (schedule_is_expired(record, at))
			return at - from;
		record->progress.next_try = at + schedule_delay(attempt, attempt * 2654435761U);
		EXPECT(!schedule_is_due(record, at));
		at = record->progress.next_try;
		EXPECT(schedule_is_due(record, at));
	}
	return -1;
}

static void test_life(void)
{
	struct record plain = { .created = NOW, .expires = NOW + 5 * DAY };
	struct record jumped = { .created = NOW, .expires = NOW + 5 * DAY };

	test_case("a message that always fails expires after its fifth day");
	int64_t life = life_of(&plain, NOW);
	EXPECT(life >= 5 * DAY && life < 5 * DAY + 5 * HOUR);
	test_case("after a jump of the clock it is tried for hours more");
	jumped.progress = (struct record_progress){ .counted = 40, .last_counted = NOW };
	life = life_of(&jumped, NOW + 3650LL * DAY);
	EXPECT(life >= HOUR && life < DAY);
}

static void test_hopeless(void)
{
	static const struct {
		unsigned begun, ended, doubts;
		bool is_hopeless;
	} table[] = {
		{ 0, 0, 0, false },   { 40, 40, 0, false }, { 42, 40, 0, false },
		{ 43, 40, 0, true },  { 3, 0, 0, true },    { 0, 3, 0, false },
		{ 40, 40, 2, false }, { 3, 3, 3, true },    { 9, 9, UINT32_MAX, true },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct record_progress progress = { .begun = table[i].begun,
						    .ended = table[i].ended,
						    .doubts = table[i].doubts };
		test_case("begun %u, ended %u, in doubt %u", table[i].begun, table[i].ended,
			  table[i].doubts);
		EXPECT_NUMBER(schedule_is_hopeless(&progress), table[i].is_hopeless);
	}
}

int main(void)
{
	test_begin("schedule");
	test_all_delays();
	test_due();
	test_early();
	test_count();
	test_expiry();
	test_life();
	test_hopeless();
	return test_end();
}
