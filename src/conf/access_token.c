/* access_token.c - reading an OAuth 2.0 access token from the output of a command; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/access_token.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/when.h"
#include "conf/secret_input.h"

#include <stdlib.h>
#include <string.h>

enum {
	TEXT_MAX = 1024,
	LIFE_MAX = 10 * 366 * 24 * 60 * 60, /* ten years; a later expiry counts as this */
};

#define MILLISECONDS_FROM INT64_C(100000000000)

/* The meaning of members of the object, by the names that token endpoints and tools use. */
enum meaning { TOKEN, TOKEN_IF_DATED, LIFE, INSTANT, ERROR, DESCRIPTION };

static const struct {
	const char *name;
	enum meaning meaning;
} names[] = {
	{ "access_token", TOKEN }, /* RFC 6749 section 5.1 */
	{ "accessToken", TOKEN },  /* az account get-access-token */
	{ "AccessToken", TOKEN },
	{ "token", TOKEN_IF_DATED }, /* azd, credentials of Google's libraries */
	{ "Token", TOKEN_IF_DATED }, /* Get-AzAccessToken */
	{ "expires_in", LIFE },
	{ "expiresIn", LIFE },
	{ "expires_at", INSTANT },
	{ "expiresAt", INSTANT },
	{ "expires_on", INSTANT },
	{ "expiresOn", INSTANT },
	{ "ExpiresOn", INSTANT },
	{ "expiry", INSTANT },
	{ "expiry_date", INSTANT },
	{ "token_expiry", INSTANT },
	{ "access_token_expiration", INSTANT }, /* mutt_oauth2.py */
	{ "error", ERROR },
	{ "error_description", DESCRIPTION },
};
enum { MEMBERS = LENGTH(names) };

void access_token_done(struct access_token *token)
{
	if (token)
		secret_done(&token->secret);
}

static bool has(const struct json_member *member)
{
	return member->kind != JSON_NONE && member->value.len > 0;
}

/* Some tools write numbers as texts. A negative number counts as 0. */
static bool read_seconds(const struct json_member *member, int64_t *seconds)
{
	char *end;

	if (!has(member) || !ascii_is_digit(member->value.bytes[0]))
		return false;
	double value = strtod(member->value.bytes, &end);
	*seconds = value < (double)INT64_MAX / 4 ? (int64_t)value : INT64_MAX / 4;
	return *end == '\0';
}

/* Some tools count milliseconds. Read as seconds they would be in the year 5138 or later. */
static bool read_instant(const struct json_member *member, int64_t *seconds)
{
	if (read_seconds(member, seconds)) {
		if (*seconds >= MILLISECONDS_FROM && *seconds < INT64_MAX / 4)
			*seconds /= 1000;
		return true;
	}
	return member->kind == JSON_STRING && (when_read_stamp(member->value.bytes, seconds) ||
					       when_read_local_stamp(member->value.bytes, seconds));
}

static bool read_time(enum meaning meaning, const struct json_member *member, int64_t now,
		      int64_t *seconds)
{
	if (meaning == INSTANT)
		return read_instant(member, seconds);
	if (meaning != LIFE || !read_seconds(member, seconds))
		return false;
	*seconds = now + (*seconds < LIFE_MAX ? *seconds : LIFE_MAX);
	return true;
}

/*
 * The earliest of the times counts, as `expires_in` in a stored object may have begun long ago. A
 * time that can't be read counts as missing: the token is used once and not kept.
 */
static int64_t find_expiry(const struct json_member members[MEMBERS], int64_t now)
{
	int64_t first = 0;
	int64_t seconds;

	for (size_t i = 0; i < MEMBERS; i++)
		if (read_time(names[i].meaning, &members[i], now, &seconds) &&
		    (first == 0 || seconds < first))
			first = seconds;
	return first;
}

/* Returns the first member with that meaning that has a value, or NULL. */
static const struct json_member *find_member(const struct json_member members[MEMBERS],
					     enum meaning meaning)
{
	for (size_t i = 0; i < MEMBERS; i++)
		if (names[i].meaning == meaning && has(&members[i]))
			return &members[i];
	return NULL;
}

static bool refused(const struct json_member *error, const struct json_member *description,
		    struct err *err)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	str_add_printable(&text, error->value.bytes, error->value.len);
	if (description) {
		str_add(&text, ": ");
		str_add_printable(&text, description->value.bytes, description->value.len);
	}
	return err_set(err, ERR_AUTH, _("there is no access token: %s"), text.bytes);
}

bool access_token_check(const struct secret *token, struct err *err)
{
	for (size_t i = 0; i < token->len; i++)
		if (token->bytes[i] <= ' ' || token->bytes[i] > '~')
			return err_set(err, ERR_CONFIG,
				       _("the access token has a character that is not allowed"));
	return true;
}

static bool take_members(const struct json_member members[MEMBERS], int64_t now,
			 struct access_token *out, struct err *err)
{
	const struct json_member *token = find_member(members, TOKEN);
	const struct json_member *error = find_member(members, ERROR);

	out->expires = find_expiry(members, now);
	if (!token && out->expires)
		token = find_member(members, TOKEN_IF_DATED);
	if (token && token->kind == JSON_STRING) {
		secret_set(&out->secret, token->value.bytes, token->value.len);
		return true;
	}
	if (error)
		return refused(error, find_member(members, DESCRIPTION), err);
	return err_set(err, ERR_CONFIG, _("there is no access_token in the JSON object"));
}

static void init_members(struct json_member members[MEMBERS])
{
	for (size_t i = 0; i < MEMBERS; i++) {
		members[i] =
			(struct json_member){ .name = names[i].name, .value = STR_MAX(TEXT_MAX) };
		if (names[i].meaning == TOKEN || names[i].meaning == TOKEN_IF_DATED)
			members[i].value = (struct str)STR_SECRET(ACCESS_TOKEN_MAX);
	}
}

static bool read_object(const struct str *output, int64_t now, struct access_token *out,
			struct err *err)
{
	struct json_member members[MEMBERS];

	init_members(members);
	bool is_read = json_read_object(output->bytes, output->len, members, MEMBERS) &&
		       output->len <= ACCESS_TOKEN_MAX;
	is_read = is_read ? take_members(members, now, out, err)
			  : err_set(err, ERR_CONFIG,
				    _("the output begins like a JSON object, but is not one, or "
				      "is too long"));
	for (size_t i = 0; i < MEMBERS; i++)
		str_done(&members[i].value);
	return is_read;
}

/* Removes "Bearer" (RFC 6750), and the quotes of a tool that prints a single value as JSON. */
static void strip(struct secret *secret)
{
	static const char word[] = "Bearer ";
	const size_t word_len = sizeof word - 1;
	const char *start = secret->bytes;
	size_t len = secret->len;

	if (len >= 2 && start[0] == '"' && start[len - 1] == '"') {
		start++;
		len -= 2;
	} else if (len > word_len && ascii_begins(start, word)) {
		start += word_len;
		len -= word_len;
	} else {
		return;
	}
	struct secret rest = { 0 };
	secret_set(&rest, start, len);
	secret_done(secret);
	*secret = rest;
}

/* "user=" in base64. The response of XOAUTH2 begins with it, and some tools print that. */
static bool is_whole_response(const struct secret *secret)
{
	return secret->len > 7 && memcmp(secret->bytes, "dXNlcj1", 6) == 0;
}

static bool read_line(const struct str *output, struct secret *out, struct err *err)
{
	if (!secret_input_first_line(output, out, err))
		return false;
	strip(out);
	return !is_whole_response(out) || err_set(err, ERR_CONFIG,
						  _("this is the whole response of XOAUTH2 in "
						    "base64; the access token alone is "
						    "needed"));
}

bool access_token_read(const struct str *output, int64_t now, struct access_token *out,
		       struct err *err)
{
	out->expires = 0;
	if (output->bytes[strspn(output->bytes, " \t\r\n")] == '{')
		return read_object(output, now, out, err);
	return read_line(output, &out->secret, err);
}
