/* test_when.c - times and durations as people type them, and programs */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/clock.h"
#include "base/when.h"

#include <stdlib.h>
#include <time.h>

static const struct {
	const char *text;
	int seconds;
} durations[] = {
	{ "90s", 90 },
	{ "10m", 600 },
	{ "10", 600 },
	{ "1h30m", 5400 },
	{ "1h30", 5400 },
	{ "2d", 172800 },
	{ "1w", 604800 },
	{ "1w1d1h1m1s", 694861 },
	{ "2147483647s", 2147483647 },
	{ "2147483648s", 0 },
	{ "2147483647s1s", 0 },
	{ "99999999999999999999", 0 },
	{ "4000w", 0 },
	{ "", 0 },
	{ "0", 0 },
	{ "m", 0 },
	{ "-5m", 0 },
	{ " 5m", 0 },
	{ "5 m", 0 },
	{ "5y", 0 },
	{ "5m-", 0 },
};

/* The meaning of a text on Wednesday, 25 November 2026, at 13:30:20 in Berlin; NULL: no time. */
static const struct {
	const char *text, *meaning;
} times[] = {
	{ "+30m", "Wed, 25 Nov 2026 14:00:20 +0100" },
	{ "+2h", "Wed, 25 Nov 2026 15:30:20 +0100" },
	{ "+1d", "Thu, 26 Nov 2026 13:30:20 +0100" },
	{ "+1h30m", "Wed, 25 Nov 2026 15:00:20 +0100" },
	{ "+45", "Wed, 25 Nov 2026 14:15:20 +0100" },
	{ "13:31", "Wed, 25 Nov 2026 13:31:00 +0100" },
	{ "13:30:21", "Wed, 25 Nov 2026 13:30:21 +0100" },
	{ "13:30:20", "Thu, 26 Nov 2026 13:30:20 +0100" },
	{ "13:30", "Thu, 26 Nov 2026 13:30:00 +0100" },
	{ "00:00", "Thu, 26 Nov 2026 00:00:00 +0100" },
	{ "23:59", "Wed, 25 Nov 2026 23:59:00 +0100" },
	{ "2026-12-24T18:00", "Thu, 24 Dec 2026 18:00:00 +0100" },
	{ "2026-12-24 18:00", "Thu, 24 Dec 2026 18:00:00 +0100" },
	{ "2026-12-24t18:00:59", "Thu, 24 Dec 2026 18:00:59 +0100" },
	{ "2026-12-24T18:00Z", "Thu, 24 Dec 2026 19:00:00 +0100" },
	{ "2026-12-24T18:00:01z", "Thu, 24 Dec 2026 19:00:01 +0100" },
	{ "2026-12-24T18:00+01:00", "Thu, 24 Dec 2026 18:00:00 +0100" },
	{ "2026-12-24T18:00-0530", "Fri, 25 Dec 2026 00:30:00 +0100" },
	{ "2027-07-01T08:00", "Thu, 01 Jul 2027 08:00:00 +0200" },
	{ "2028-02-29T12:00", "Tue, 29 Feb 2028 12:00:00 +0100" },
	{ "2020-01-01T00:00", "Wed, 01 Jan 2020 00:00:00 +0100" },
	/* a time that the clock jumps over */
	{ "2027-03-28T02:30", "Sun, 28 Mar 2027 03:30:00 +0200" },
	{ "2027-02-29T12:00", NULL },
	{ "2026-04-31T12:00", NULL },
	{ "2026-13-01T12:00", NULL },
	{ "2026-00-01T12:00", NULL },
	{ "2026-12-00T12:00", NULL },
	{ "2026-12-24T24:00", NULL },
	{ "2026-12-24T18:60", NULL },
	{ "2026-12-24T18:00:60", NULL },
	{ "2026-12-24T18", NULL },
	{ "2026-12-24T1800", NULL },
	{ "2026-12-24T18:00:00.5", NULL },
	{ "2026-12-24T18:00 +01:00", NULL },
	{ "2026-12-24T18:00+24:00", NULL },
	{ "2026-12-24T18:00+01", NULL },
	{ "2026-12-24T18:00Zulu", NULL },
	{ "2026-12-24", NULL },
	{ "26-12-24T18:00", NULL },
	{ "2026-12-24x18:00", NULL },
	{ "24:00", NULL },
	{ "9:00", NULL },
	{ "09:0", NULL },
	{ "09:00 ", NULL },
	{ "09:00Z", NULL },
	{ "0900", NULL },
	{ "tomorrow", NULL },
	{ "+", NULL },
	{ "+0", NULL },
	{ "+1y", NULL },
	{ "-1h", NULL },
	{ "1h", NULL },
	{ "", NULL },
	{ "now", NULL },
};

/* 2026-11-25T12:30:20Z */
static const int64_t now = 1795609820;

static void test_durations(void)
{
	for (size_t i = 0; i < LENGTH(durations); i++) {
		test_case("duration '%s'", durations[i].text);
		EXPECT_NUMBER(when_read_duration(durations[i].text), durations[i].seconds);
	}
}

static void test_times(void)
{
	for (size_t i = 0; i < LENGTH(times); i++) {
		CLEANUP(str_done) struct str found = STR_INIT;
		int64_t when = 0;
		bool is_time = when_parse(times[i].text, now, &when);

		test_case("time '%s'", times[i].text);
		clock_add_date(&found, (time_t)when);
		EXPECT_TEXT(is_time ? found.bytes : NULL, times[i].meaning);
	}
}

/* The next 02:30 on a day without 02:30 (the clock jumps), and on a day that has it twice. */
static void test_summer_time(void)
{
	CLEANUP(str_done) struct str found = STR_INIT;
	int64_t when = 0;

	test_case("the day before the clock is put forward");
	EXPECT(when_parse("12:00", 1806148800, &when)); /* 2027-03-27T12:00Z, 13:00 there */
	clock_add_date(&found, (time_t)when);
	EXPECT_TEXT(found.bytes, "Sun, 28 Mar 2027 12:00:00 +0200");
}

/* -1: no time. */
static const struct {
	const char *text;
	long long seconds;
} stamps[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2000-02-29T12:00:00Z", 951825600 },
	{ "2026-03-01T12:30:00+01:00", 1772364600 },
	{ "2026-03-01T12:30:00+0100", 1772364600 },
	{ "2026-03-01t12:30:00z", 1772368200 },
	{ "2026-03-01 12:30:00-00:30", 1772370000 },
	{ "2026-03-01T12:30:00.1Z", 1772368200 },
	{ "2026-12-31T23:59:60Z", 1798761600 },
	{ "9999-12-31T23:59:59Z", 253402300799 },
	{ "", -1 },
	{ "2026-03-01", -1 },
	{ "2026-03-01T12:30:00", -1 },
	{ "2026-03-01T12:30Z", -1 },
	{ "2026-3-1T12:30:00Z", -1 },
	{ "2026-13-01T12:30:00Z", -1 },
	{ "2026-00-01T12:30:00Z", -1 },
	{ "2026-02-29T12:30:00Z", -1 },
	{ "2026-04-31T12:30:00Z", -1 },
	{ "2026-04-00T12:30:00Z", -1 },
	{ "2026-03-01T24:00:00Z", -1 },
	{ "2026-03-01T12:60:00Z", -1 },
	{ "2026-03-01T12:30:61Z", -1 },
	{ "2026-03-01T12:30:00.Z", -1 },
	{ "2026-03-01T12:30:00+1:00", -1 },
	{ "2026-03-01T12:30:00+24:00", -1 },
	{ "2026-03-01T12:30:00+01", -1 },
	{ "2026-03-01T12:30:00Zx", -1 },
	{ "2026-03-01x12:30:00Z", -1 },
	{ "26-03-01T12:30:00Z", -1 },
	{ "+2026-03-01T12:30:00Z", -1 },
};

static const struct {
	const char *text;
	long long seconds; /* -1: no time */
} local_stamps[] = {
	{ "1970-01-01T01:00:00", 0 },
	{ "2026-03-01 12:30:00.000000", 1772364600 },
	{ "2026-03-01T12:30:00.5", 1772364600 },
	{ "2026-07-01 12:30:00", 1782901800 },
	{ "2026-03-01 12:30:00Z", -1 },
	{ "2026-03-01 12:30", -1 },
	{ "2026-02-29 12:30:00", -1 },
	{ "12:30:00", -1 },
	{ "", -1 },
};

static void test_local_stamps(void)
{
	for (size_t i = 0; i < LENGTH(local_stamps); i++) {
		int64_t seconds = -2;

		test_case("local stamp '%s'", local_stamps[i].text);
		if (!when_read_local_stamp(local_stamps[i].text, &seconds))
			seconds = -1;
		EXPECT_NUMBER(seconds, local_stamps[i].seconds);
	}
}

static void test_stamps(void)
{
	for (size_t i = 0; i < LENGTH(stamps); i++) {
		int64_t seconds = -2;

		test_case("stamp '%s'", stamps[i].text);
		if (!when_read_stamp(stamps[i].text, &seconds))
			seconds = -1;
		EXPECT_NUMBER(seconds, stamps[i].seconds);
	}
}

int main(void)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	test_begin("when");
	test_durations();
	test_times();
	test_summer_time();
	test_stamps();
	test_local_stamps();
	return test_end();
}
