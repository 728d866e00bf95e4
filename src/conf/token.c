/* token.c - OAuth 2.0 access tokens: what a command prints of one; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/token.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/when.h"
#include "conf/given.h"

#include <stdlib.h>
#include <string.h>

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
	       (member->kind == JSON_STRING && when_read_stamp(member->value.bytes, seconds));
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
