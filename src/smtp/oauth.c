/* oauth.c - SASL exchanges with an access token: OAUTHBEARER (RFC 7628) and XOAUTH2 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/oauth.h"

#include "base/i18n.h"
#include "base/json.h"

#include <string.h>

/* A name in a GS2 header, RFC 5801 section 4. */
static void add_saslname(struct str *out, const char *name)
{
	for (; *name; name++)
		if (*name == ',')
			str_add(out, "=2C");
		else if (*name == '=')
			str_add(out, "=3D");
		else
			str_add_char(out, *name);
}

static void add_bearer(struct str *out, const struct settings *settings)
{
	str_add(out, "n,");
	if (settings->user && *settings->user) {
		str_add(out, "a=");
		add_saslname(out, settings->user);
	}
	str_add(out, ",\1");
	if (settings->host)
		str_addf(out, "host=%s\1", settings->host);
	if (settings->host && settings->port)
		str_addf(out, "port=%d\1", settings->port);
}

void oauth_add_response(struct str *out, bool is_bearer, const struct settings *settings,
			const struct secret *token)
{
	if (is_bearer)
		add_bearer(out, settings);
	else
		str_addf(out, "user=%s\1", settings->user ? settings->user : "");
	str_add(out, "auth=Bearer ");
	str_add_n(out, token->bytes, token->len);
	str_add(out, "\1\1");
}

static void add_beginning(struct str *out, const char *bytes, size_t len)
{
	bool is_long = len > OAUTH_SHOWN_MAX;

	str_add_printable(out, bytes, is_long ? OAUTH_SHOWN_MAX : len);
	str_add(out, is_long ? " ..." : "");
}

/* "status invalid_token, scope mail" */
static void add_member(struct str *out, const struct json_member *member)
{
	if (member->kind == JSON_NONE || !member->value.len)
		return;
	str_addf(out, "%s%s ", out->len ? ", " : "", member->name);
	add_beginning(out, member->value.bytes, member->value.len);
}

void oauth_add_remark(struct str *out, const char *message, size_t len)
{
	CLEANUP(str_done) struct str said = STR_INIT;
	struct json_member members[] = { { .name = "status", .value = STR_MAX(len) },
					 { .name = "scope", .value = STR_MAX(len) } };

	if (json_read_object(message, len, members, 2)) {
		add_member(&said, &members[0]);
		add_member(&said, &members[1]);
	}
	if (!said.len)
		add_beginning(&said, message, len);
	str_add_n(out, said.bytes, said.len);
	str_done(&members[0].value);
	str_done(&members[1].value);
}

/* The backend */

/* The fields of the message end at control characters, so they must not contain any. */
static bool is_free_of_controls(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)bytes[i] < ' ' || bytes[i] == '\x7f')
			return false;
	return true;
}

static bool open_oauth(struct sasl_exchange *exchange, struct err *err)
{
	const struct secret *token = exchange->secret;
	const char *user = exchange->settings->user;

	if (!token->len)
		return err_set(err, ERR_AUTH, _("the access token is empty"));
	if (!is_free_of_controls(token->bytes, token->len) || memchr(token->bytes, ' ', token->len))
		return err_set(err, ERR_AUTH,
			       _("there is a blank or a control character in the access token"));
	if (user && !is_free_of_controls(user, strlen(user)))
		return err_set(err, ERR_AUTH, _("there is a control character in the user name"));
	return true;
}

/*
 * A server that refuses a token first sends details, and expects a response before its final reply.
 */
static void take_refusal(struct sasl_exchange *exchange, const struct str *challenge,
			 bool is_bearer, struct str *response)
{
	exchange->is_done = false;
	oauth_add_remark(&exchange->remark, challenge->bytes, challenge->len);
	if (is_bearer)
		str_add_char(response, '\1');
}

static bool step_oauth(struct sasl_exchange *exchange, const struct str *challenge,
		       struct str *response, struct err *err)
{
	bool is_bearer = strcmp(exchange->mechanism->name, "OAUTHBEARER") == 0;

	if (exchange->is_done) {
		take_refusal(exchange, challenge, is_bearer, response);
		return true;
	}
	if (exchange->has_begun)
		return err_set(err, ERR_PROTO,
			       _("the server continues after the end of the "
				 "exchange"));
	exchange->has_begun = exchange->is_done = true;
	oauth_add_response(response, is_bearer, exchange->settings, exchange->secret);
	return true;
}

static void close_oauth(struct sasl_exchange *exchange)
{
	(void)exchange;
}

const struct sasl_backend oauth_backend = { open_oauth, step_oauth, close_oauth };
