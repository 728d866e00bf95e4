/* token.c - OAuth 2.0 access tokens: what a command prints of one; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/token.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/json.h"
#include "conf/given.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	TEXT_MAX = 1024,
	LIFE_MAX = 10 * 366 * 24 * 60 * 60, /* ten years are as good as for ever */
};

/* The members that are asked for. */
enum { TOKEN, EXPIRES_IN, EXPIRES_AT, EXPIRY, ERROR, DESCRIPTION, MEMBERS };

void token_done(struct token *token)
{
	if (token)
		secret_done(&token->secret);
}

/* Times */

/* Takes so many digits and the character behind them (0: none). */
static bool take_number(const char **text, int digits, char behind, int *number)
{
	*number = 0;
	for (; digits > 0; digits--, (*text)++) {
		if (!ascii_is_digit(**text))
			return false;
		*number = *number * 10 + (**text - '0');
	}
	if (behind && **text != behind)
		return false;
	*text += behind != 0;
	return true;
}

/* The thirtieth of February would become a day of March. */
static bool is_date(const struct tm *tm)
{
	struct tm day = { .tm_year = tm->tm_year, .tm_mon = tm->tm_mon, .tm_mday = tm->tm_mday };

	timegm(&day);
	return tm->tm_mon >= 0 && day.tm_mon == tm->tm_mon && day.tm_mday == tm->tm_mday;
}

static bool take_date(const char **text, struct tm *tm)
{
	if (!take_number(text, 4, '-', &tm->tm_year) || !take_number(text, 2, '-', &tm->tm_mon) ||
	    !take_number(text, 2, '\0', &tm->tm_mday))
		return false;
	if (**text != ' ' && ascii_lower(**text) != 't')
		return false;
	++*text;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return is_date(tm);
}

static bool take_time(const char **text, struct tm *tm)
{
	if (!take_number(text, 2, ':', &tm->tm_hour) || !take_number(text, 2, ':', &tm->tm_min) ||
	    !take_number(text, 2, '\0', &tm->tm_sec))
		return false;
	if (**text == '.') {
		size_t digits = strspn(*text + 1, "0123456789");
		*text += 1 + digits;
		if (digits == 0)
			return false;
	}
	return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec <= 60;
}

/* "Z", or how far local time is ahead: "+01:00". */
static bool take_zone(const char **text, int *seconds)
{
	int sign = **text == '+' ? 1 : -1;
	int hours;
	int minutes;

	*seconds = 0;
	if (ascii_lower(**text) == 'z') {
		++*text;
		return true;
	}
	if (**text != '+' && **text != '-')
		return false;
	++*text;
	if (!take_number(text, 2, ':', &hours) || !take_number(text, 2, '\0', &minutes))
		return false;
	*seconds = sign * (hours * 60 + minutes) * 60;
	return hours < 24 && minutes < 60;
}

bool token_read_time(const char *text, int64_t *seconds)
{
	struct tm tm = { 0 };
	int ahead;

	if (!take_date(&text, &tm) || !take_time(&text, &tm) || !take_zone(&text, &ahead) || *text)
		return false;
	*seconds = (int64_t)timegm(&tm) - ahead;
	return true;
}

/* Answers */

static bool has(const struct json_member *member)
{
	return member->kind != JSON_NONE && member->value.len > 0;
}

/* Some write numbers as texts. A negative one is as good as 0. */
static bool read_seconds(const struct json_member *member, int64_t *seconds)
{
	char *end;

	if (!has(member) || !ascii_is_digit(member->value.bytes[0]))
		return false;
	double value = strtod(member->value.bytes, &end);
	*seconds = value < (double)INT64_MAX / 4 ? (int64_t)value : INT64_MAX / 4;
	return *end == '\0';
}

static bool read_instant(const struct json_member *member, int64_t *seconds)
{
	return read_seconds(member, seconds) ||
	       (member->kind == JSON_STRING && token_read_time(member->value.bytes, seconds));
}

/* What can't be understood was not said: the token is used this once, and not kept. */
static int64_t find_expiry(const struct json_member members[MEMBERS], int64_t now)
{
	int64_t seconds;

	if (read_seconds(&members[EXPIRES_IN], &seconds))
		return now + (seconds < LIFE_MAX ? seconds : LIFE_MAX);
	if (read_instant(&members[EXPIRES_AT], &seconds) ||
	    read_instant(&members[EXPIRY], &seconds))
		return seconds;
	return 0;
}

static bool refused(const struct json_member members[MEMBERS], struct err *err)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	const struct str *error = &members[ERROR].value;
	const struct str *description = &members[DESCRIPTION].value;

	str_add_printable(&text, error->bytes, error->len);
	if (has(&members[DESCRIPTION])) {
		str_add(&text, ": ");
		str_add_printable(&text, description->bytes, description->len);
	}
	return err_set(err, ERR_AUTH, _("there is no access token: %s"), text.bytes);
}

bool token_check(const struct secret *token, struct err *err)
{
	for (size_t i = 0; i < token->len; i++)
		if (token->bytes[i] <= ' ' || token->bytes[i] > '~')
			return err_set(err, ERR_CONFIG,
				       _("the access token has a character that none can have"));
	return true;
}

static bool take_members(const struct json_member members[MEMBERS], int64_t now, struct token *out,
			 struct err *err)
{
	const struct str *token = &members[TOKEN].value;

	if (members[TOKEN].kind != JSON_STRING || token->len == 0) {
		if (has(&members[ERROR]))
			return refused(members, err);
		return err_set(err, ERR_CONFIG, _("there is no access_token in the JSON object"));
	}
	secret_set(&out->secret, token->bytes, token->len);
	out->expires = find_expiry(members, now);
	return true;
}

static bool read_object(const struct str *output, int64_t now, struct token *out, struct err *err)
{
	struct json_member members[MEMBERS] = {
		[TOKEN] = { .name = "access_token", .value = STR_SECRET(TOKEN_MAX) },
		[EXPIRES_IN] = { .name = "expires_in", .value = STR_MAX(TEXT_MAX) },
		[EXPIRES_AT] = { .name = "expires_at", .value = STR_MAX(TEXT_MAX) },
		[EXPIRY] = { .name = "expiry", .value = STR_MAX(TEXT_MAX) },
		[ERROR] = { .name = "error", .value = STR_MAX(TEXT_MAX) },
		[DESCRIPTION] = { .name = "error_description", .value = STR_MAX(TEXT_MAX) },
	};
	bool is_read = json_read_object(output->bytes, output->len, members, MEMBERS) &&
		       output->len <= TOKEN_MAX;

	is_read = is_read ? take_members(members, now, out, err)
			  : err_set(err, ERR_CONFIG,
				    _("what begins like a JSON object is none, or is too long"));
	for (size_t i = 0; i < MEMBERS; i++)
		str_done(&members[i].value);
	return is_read;
}

bool token_read(const struct str *output, int64_t now, struct token *out, struct err *err)
{
	out->expires = 0;
	if (output->bytes[strspn(output->bytes, " \t\r\n")] == '{')
		return read_object(output, now, out, err);
	return given_first_line(output, &out->secret, err);
}
