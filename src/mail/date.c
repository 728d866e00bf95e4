/* date.c - whether mail readers understand a Date field; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/date.h"

#include "base/ascii.h"
#include "base/mem.h"
#include "mail/atom.h"

enum { NAME_LEN = 3, YEAR_MIN = 1900, YEAR_DIGITS_MAX = 9, ZONE_LETTERS_MAX = 5 };

/* The rest of the text. */
struct scanner {
	const char *at;
	const char *end;
};

static void skip_date_blanks(struct scanner *s)
{
	s->at += atom_blank_len(s->at, (size_t)(s->end - s->at));
}

static bool take_char(struct scanner *s, char c)
{
	skip_date_blanks(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* Reads a number of that many digits; returns how many digits it has, 0: no such number. */
static size_t take_date_number(struct scanner *s, size_t digits_min, size_t digits_max, int *number)
{
	size_t digits = 0;

	skip_date_blanks(s);
	*number = 0;
	for (; s->at < s->end && ascii_is_digit(*s->at) && digits < digits_max; digits++)
		*number = 10 * *number + (*s->at++ - '0');
	return digits >= digits_min ? digits : 0;
}

static bool take_number_up_to(struct scanner *s, size_t digits_min, int max, int *number)
{
	return take_date_number(s, digits_min, 2, number) > 0 && *number <= max;
}

/* Reads one of the names; returns its index, or -1. */
static int take_name(struct scanner *s, const char *const *names, int count)
{
	skip_date_blanks(s);
	for (int i = 0; i < count && s->end - s->at >= NAME_LEN; i++)
		if (ascii_is_same(s->at, names[i], NAME_LEN)) {
			s->at += NAME_LEN;
			return i;
		}
	return -1;
}

static bool take_weekday(struct scanner *s)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

	return take_name(s, days, LENGTH(days)) < 0 || take_char(s, ',');
}

/* RFC 5322 section 4.3. */
static int full_year(int year, size_t digits)
{
	if (digits == 2)
		return year < 50 ? 2000 + year : 1900 + year;
	return digits == 3 ? 1900 + year : year;
}

static int days_of(int month, int year)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month] + (month == 1 && is_leap);
}

static bool take_day(struct scanner *s)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int day;
	int year;

	if (!take_number_up_to(s, 1, 31, &day))
		return false;
	int month = take_name(s, months, LENGTH(months));
	size_t digits = take_date_number(s, 2, YEAR_DIGITS_MAX, &year);
	if (month < 0 || digits == 0)
		return false;
	year = full_year(year, digits);
	return year >= YEAR_MIN && day >= 1 && day <= days_of(month, year);
}

static bool take_time(struct scanner *s)
{
	int number;

	return take_number_up_to(s, 2, 23, &number) && take_char(s, ':') &&
	       take_number_up_to(s, 2, 59, &number) &&
	       (!take_char(s, ':') || take_number_up_to(s, 2, 60, &number));
}

/* An unknown name means -0000, RFC 5322 section 4.3. */
static bool take_zone_name(struct scanner *s)
{
	const char *from = s->at;

	while (s->at < s->end && ascii_is_alphanumeric(*s->at) && !ascii_is_digit(*s->at))
		s->at++;
	size_t len = (size_t)(s->at - from);
	return len >= 1 && len <= ZONE_LETTERS_MAX && !(len == 1 && ascii_lower(*from) == 'j');
}

static bool take_zone(struct scanner *s)
{
	size_t digits = 0;

	if (!take_char(s, '+') && !take_char(s, '-'))
		return take_zone_name(s);
	while (s->at + digits < s->end && ascii_is_digit(s->at[digits]))
		digits++;
	bool is_zone = digits == 4 && s->at[2] < '6';
	s->at += digits;
	return is_zone;
}

bool date_is_readable(const char *text, size_t len)
{
	struct scanner s = { text, text + len };

	if (!take_weekday(&s) || !take_day(&s) || !take_time(&s) || !take_zone(&s))
		return false;
	skip_date_blanks(&s);
	return s.at == s.end;
}
