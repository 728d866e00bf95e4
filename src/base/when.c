/* when.c - times and durations as people and programs write them */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/when.h"

#include "base/ascii.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MINUTE = 60, HOUR = 60 * 60 };

int when_read_duration(const char *text)
{
	static const char units[] = "smhdw";
	static const long seconds[] = { 1, 60, 3600, 86400, 604800 };
	long total = 0;

	while (*text) {
		char *end;
		long number = ascii_is_digit(*text) ? strtol(text, &end, 10) : -1;
		if (number < 0 || number > INT_MAX)
			return 0;
		const char *unit = strchr(units, *end ? *end : 'm');
		if (!unit)
			return 0;
		total += number * seconds[unit - units];
		text = *end ? end + 1 : end;
		if (total > INT_MAX)
			return 0;
	}
	return (int)total;
}

static bool take_char(const char **at, const char *set)
{
	if (!**at || !strchr(set, **at))
		return false;
	(*at)++;
	return true;
}

/* Reads a number of `digits` digits. */
static bool take_digits(const char **at, int digits, int min, int max, int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*number = 10 * *number + (**at - '0');
	}
	return *number >= min && *number <= max;
}

static bool take_date(const char **at, struct tm *tm)
{
	int year;
	int month;

	if (!take_digits(at, 4, 0, 9999, &year) || !take_char(at, "-") ||
	    !take_digits(at, 2, 1, 12, &month) || !take_char(at, "-") ||
	    !take_digits(at, 2, 1, 31, &tm->tm_mday))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	struct tm same = *tm;
	(void)timegm(&same);
	return same.tm_mday == tm->tm_mday;
}

static bool take_clock(const char **at, struct tm *tm)
{
	tm->tm_sec = 0;
	return take_digits(at, 2, 0, 23, &tm->tm_hour) && take_char(at, ":") &&
	       take_digits(at, 2, 0, 59, &tm->tm_min) &&
	       (!take_char(at, ":") || take_digits(at, 2, 0, 59, &tm->tm_sec));
}

/* Seconds that a zone is ahead of UTC. */
static bool take_zone(const char **at, int *ahead)
{
	bool is_behind = **at == '-';
	int hours;
	int minutes;

	*ahead = 0;
	if (take_char(at, "Zz"))
		return true;
	if (!take_char(at, "+-") || !take_digits(at, 2, 0, 23, &hours))
		return false;
	(void)take_char(at, ":");
	if (!take_digits(at, 2, 0, 59, &minutes))
		return false;
	*ahead = (hours * HOUR + minutes * MINUTE) * (is_behind ? -1 : 1);
	return true;
}

static bool parse_date(const char *text, int64_t *when)
{
	struct tm tm = { .tm_isdst = -1 };
	int ahead;

	if (!take_date(&text, &tm) || !take_char(&text, "Tt ") || !take_clock(&text, &tm))
		return false;
	if (!*text) {
		*when = mktime(&tm);
		return true;
	}
	if (!take_zone(&text, &ahead) || *text)
		return false;
	*when = timegm(&tm) - ahead;
	return true;
}

static bool parse_clock(const char *text, int64_t now, int64_t *when)
{
	time_t today = (time_t)now;
	struct tm tm;

	if (!localtime_r(&today, &tm) || !take_clock(&text, &tm) || *text)
		return false;
	struct tm tomorrow = tm;
	tm.tm_isdst = -1;
	*when = mktime(&tm);
	if (*when > now)
		return true;
	tomorrow.tm_mday++;
	tomorrow.tm_isdst = -1;
	*when = mktime(&tomorrow);
	return true;
}

bool when_parse(const char *text, int64_t now, int64_t *when)
{
	if (*text != '+')
		return parse_clock(text, now, when) || parse_date(text, when);
	int seconds = when_read_duration(text + 1);
	*when = now + seconds;
	return seconds > 0;
}

/* The second may be 60 (a leap second); a fraction is skipped. */
static bool take_exact_clock(const char **at, struct tm *tm)
{
	if (!take_digits(at, 2, 0, 23, &tm->tm_hour) || !take_char(at, ":") ||
	    !take_digits(at, 2, 0, 59, &tm->tm_min) || !take_char(at, ":") ||
	    !take_digits(at, 2, 0, 60, &tm->tm_sec))
		return false;
	if (!take_char(at, "."))
		return true;
	size_t digits = strspn(*at, "0123456789");
	*at += digits;
	return digits > 0;
}

static bool take_exact_time(const char **at, struct tm *tm)
{
	return take_date(at, tm) && take_char(at, "Tt ") && take_exact_clock(at, tm);
}

bool when_read_stamp(const char *text, int64_t *when)
{
	struct tm tm = { 0 };
	int ahead;

	if (!take_exact_time(&text, &tm) || !take_zone(&text, &ahead) || *text)
		return false;
	*when = (int64_t)timegm(&tm) - ahead;
	return true;
}

bool when_read_local_stamp(const char *text, int64_t *when)
{
	struct tm tm = { .tm_isdst = -1 };

	if (!take_exact_time(&text, &tm) || *text)
		return false;
	*when = (int64_t)mktime(&tm);
	return true;
}
