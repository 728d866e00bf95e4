/* sasl.c - choice of a SASL mechanism, and logging in with it (AUTH) */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/sasl.h"

#include "base/base64.h"
#include "base/i18n.h"
#include "base/log.h"
#include "smtp/gsasl.h"
#include "smtp/gssapi.h"
#include "smtp/judge.h"
#include "smtp/oauth.h"
#include "smtp/offer.h"
#include "smtp/phrase.h"

/*
 * Limit of a command line, CRLF included, RFC 5321 section 4.5.3.1.4. RFC 4954 section 4 does not
 * extend it for AUTH.
 */
enum { COMMAND_MAX = 512 };

enum { OFFERED_SHOWN_MAX = 500 };

/* An attempt to log in. */
struct login_attempt {
	struct client *client;
	const struct sasl_backend *backend;
	struct sasl_exchange exchange;
	struct str binding;
};

/* Choosing */

enum mechanism_need sasl_need(const char *mechanism)
{
	const struct mechanism *found = mechanism_find(mechanism);

	return found ? found->need : NEEDS_NOTHING;
}

static enum tls_binding find_binding(const struct client *client, struct str *out)
{
	const struct tls *tls = client->stream.tls;

	return tls ? tls_channel_binding(tls, out) : TLS_BINDING_NONE;
}

static const struct mechanism *find_next(const struct client *client, const struct mechanism *last,
					 enum mechanism_need need)
{
	CLEANUP(str_done) struct str unused = STR_INIT;
	bool has_binding = find_binding(client, &unused) != TLS_BINDING_NONE;

	return mechanism_next(last, &client->can, need, has_binding);
}

static void add_offered(struct str *out, const struct client *client)
{
	const char *bytes = client->can.mechanisms.bytes;
	size_t len = client->can.mechanisms.len;
	bool is_long = len > OFFERED_SHOWN_MAX;

	while (len > 0 && bytes[len - 1] == ' ')
		len--;
	str_add_printable(out, bytes, is_long ? OFFERED_SHOWN_MAX : len);
	str_add(out, is_long ? " ..." : "");
}

/* Some relays offer AUTH only on an encrypted connection. */
static const char *words_for_no_auth(const struct client *client)
{
	if (client->can.has & CAP_STARTTLS && !client->stream.tls)
		return _("the relay does not offer AUTH before TLS has begun; set tls on");
	if (client->settings->port == 25 && !client->settings->socket)
		return _(
			"the relay does not offer AUTH on port 25; set port 587, or if it needs no "
			"login, auth off");
	return _("the relay does not offer AUTH; if it needs no login, set auth off");
}

static const struct mechanism *find_first(const struct client *client, bool is_token)
{
	return find_next(client, NULL, is_token ? NEEDS_TOKEN : NEEDS_PASSWORD);
}

/*
 * Fails because no mechanism can be used: the text lists the offered ones, and a setting that would
 * choose one.
 */
static const char *refuse_offer(const struct client *client, const char *what, bool is_token,
				struct err *err)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str unused = STR_INIT;

	str_addf(&text, "%s:", what);
	add_offered(&text, client);
	if (find_first(client, is_token))
		str_add(&text, _("; set auth to one of these, or on"));
	else
		offer_add_remedy(&text, &client->can, is_token,
				 find_binding(client, &unused) != TLS_BINDING_NONE);
	err_set(err, ERR_UNAVAILABLE, "%s", text.bytes);
	return NULL;
}

static const char *choose_named(const struct client *client, const char *name, bool is_token,
				struct err *err)
{
	const struct mechanism *found = mechanism_find(name);
	CLEANUP(str_done) struct str text = STR_INIT;

	if (!found || !capabilities_has_mechanism(&client->can, name)) {
		str_addf(&text, _("the relay does not offer %s, but"), name);
		return refuse_offer(client, text.bytes, is_token, err);
	}
	if (found->flags & MECHANISM_PLUS && find_binding(client, &text) == TLS_BINDING_NONE) {
		err_set(err, ERR_UNAVAILABLE,
			_("%s needs TLS 1.3, or TLS 1.2 with the extended master secret"), name);
		return NULL;
	}
	return found->name;
}

const char *sasl_choose(const struct client *client, bool is_token, struct err *err)
{
	if (!(client->can.has & CAP_AUTH)) {
		err_set(err, ERR_UNAVAILABLE, "%s", words_for_no_auth(client));
		return NULL;
	}
	if (*client->settings->auth)
		return choose_named(client, client->settings->auth, is_token, err);
	const struct mechanism *found = find_first(client, is_token);
	if (found)
		return found->name;
	return refuse_offer(
		client,
		is_token ? _("the relay offers no way to log in with an access token, but")
			 : _("the relay offers no way to log in that mailchute chooses by itself, "
			     "but"),
		is_token, err);
}

/* The exchange */

static const struct sasl_backend *backend_of(const struct mechanism *mechanism)
{
	switch (mechanism->backend) {
	case BACKEND_GSASL:
		return &gsasl_backend;
	case BACKEND_GSSAPI:
		return &gssapi_backend;
	case BACKEND_OAUTH:
		break;
	}
	return &oauth_backend;
}

/* Appends the client's response to a challenge, in base64. */
static bool take_step(struct login_attempt *attempt, const struct str *challenge, struct str *text,
		      struct err *err)
{
	CLEANUP(str_done) struct str response = STR_SECRET(0);
	struct sasl_exchange *exchange = &attempt->exchange;

	exchange->deadline = client_deadline(attempt->client, PHASE_AUTH);
	if (!attempt->backend->step(exchange, challenge, &response, err))
		return false;
	base64_add(text, response.bytes, response.len);
	return true;
}

static bool send_response(struct client *client, const struct str *text, struct err *err)
{
	return client_exchange(client, PHASE_AUTH, text->bytes, text->len ? _("(hidden)") : "",
			       err);
}

/*
 * Sends AUTH with the initial response, if there is one; a response that does not fit into the line
 * follows it. A server that prompts for PLAIN's response has ignored the one in the line, and gets
 * it again.
 */
static bool begin_exchange(struct login_attempt *attempt, struct err *err)
{
	CLEANUP(str_done) struct str line = STR_SECRET(0);
	CLEANUP(str_done) struct str text = STR_SECRET(0);
	CLEANUP(str_done) struct str shown = STR_INIT;
	const struct mechanism *mechanism = attempt->exchange.mechanism;
	struct client *client = attempt->client;
	bool has_response = mechanism->flags & MECHANISM_CLIENT_FIRST;

	str_addf(&line, "AUTH %s", mechanism->name);
	str_add(&shown, line.bytes);
	if (has_response && !take_step(attempt, &(struct str)STR_INIT, &text, err))
		return false;
	bool is_apart = line.len + text.len + 3 > COMMAND_MAX;
	bool may_ask = is_apart || (has_response && mechanism->flags & MECHANISM_PROMPTED);
	if (has_response && !is_apart) {
		str_addf(&line, " %s", text.len ? text.bytes : "=");
		str_add(&shown, _(" (hidden)"));
	}
	return client_exchange(client, PHASE_AUTH, line.bytes, shown.bytes, err) &&
	       (!may_ask || client->reply.code != 334 || send_response(client, &text, err));
}

/* Answers one challenge. */
static bool respond(struct login_attempt *attempt, struct err *err)
{
	CLEANUP(str_done) struct str challenge = STR_INIT;
	CLEANUP(str_done) struct str text = STR_SECRET(0);
	const struct str *said = &attempt->client->reply.text;

	bool is_prompt = attempt->exchange.mechanism->flags & MECHANISM_PROMPTED;

	if (!is_prompt && !base64_read(&challenge, said->bytes, said->len))
		return err_set(err, ERR_PROTO, _("the server's challenge is not base64"));
	return take_step(attempt, &challenge, &text, err) &&
	       send_response(attempt->client, &text, err);
}

/*
 * Cancels an exchange that the client can't continue, so that the server knows; RFC 4954 section 4.
 */
static void cancel(struct client *client)
{
	CLEANUP(err_done) struct err ignored = ERR_INIT;

	if (client->is_over || client->stream.is_lost || client->reply.code != 334)
		return;
	if (!client_exchange(client, PHASE_AUTH, "*", NULL, &ignored))
		log_debug("%s", ignored.text);
}

static bool conclude(const struct login_attempt *attempt, struct err *err)
{
	const struct sasl_exchange *exchange = &attempt->exchange;
	bool is_in = judge_reply(&attempt->client->reply, PHASE_AUTH, err);

	if (exchange->remark.len)
		return is_in ? err_set(err, ERR_PROTO,
				       _("the server let us in after it had refused the token"))
			     : err_wrap(err, _("the relay does not take the access token (%s)"),
					exchange->remark.bytes);
	if (!is_in || exchange->is_done)
		return is_in;
	return err_set(err, ERR_AUTH,
		       _("the server let us in without proving that it knows the password"));
}

static bool converse(struct login_attempt *attempt, struct err *err)
{
	bool goes_on = begin_exchange(attempt, err);

	while (goes_on && attempt->client->reply.code == 334) {
		goes_on = respond(attempt, err);
		if (!goes_on)
			cancel(attempt->client);
	}
	return goes_on && conclude(attempt, err);
}

/* Phrases by which servers say that a mechanism is unknown. */
#define MECHANISM_WORDS(adjective)                                                                 \
	adjective " mechanism|" adjective " authentication mechanism|" adjective                   \
		  " auth mechanism|" adjective " sasl mechanism|" adjective                        \
		  " authentication type|" adjective " auth type|" adjective                        \
		  " authentication method|" adjective " auth method|"
#define UNKNOWN_WORDS(noun)                                                                        \
	noun " unknown|" noun " * not known|" noun " unsupported|" noun " * not supported|" noun   \
	     " * not available|" noun " unavailable|" noun " * not recognized|" noun               \
	     " * not recognised|" noun " * not implemented|" noun " * not enabled|"
static const char unknown_words[] =
	MECHANISM_WORDS("unknown") MECHANISM_WORDS("unrecognized") MECHANISM_WORDS("unrecognised")
		MECHANISM_WORDS("unsupported") MECHANISM_WORDS("invalid") MECHANISM_WORDS("no such")
			UNKNOWN_WORDS("mechanism") UNKNOWN_WORDS("authentication type")
				UNKNOWN_WORDS("auth type") UNKNOWN_WORDS("authentication method")
					UNKNOWN_WORDS("auth method") "no mechanism available";

static bool says_unknown(const struct reply *reply)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str words = STR_INIT;

	reply_print_words(reply, &text);
	phrase_add_words(&words, text.bytes, text.len);
	return phrase_is_in(words.bytes, unknown_words);
}

/*
 * Whether the refusal is about the mechanism, so that the relay has not judged the password. Any
 * other refusal may be about the password, and a second one can lock the account: 534 asks for
 * another password as well, and 432 for a new one.
 */
static bool is_unknown(const struct reply *reply)
{
	return reply->code == 504 ||
	       (reply->code / 100 == 5 && reply->code != 534 && says_unknown(reply));
}

/* Whether another mechanism may succeed after this failure. */
static bool is_about_mechanism(const struct login_attempt *attempt, const struct err *err)
{
	if (attempt->client->is_over || attempt->client->stream.is_lost)
		return false;
	return attempt->exchange.is_incapable ||
	       (err->code > 0 && is_unknown(&attempt->client->reply));
}

/* The relay may store the password in a form that serves only PLAIN and LOGIN, or only so far. */
static bool may_need_plain(const struct client *client, const struct mechanism *refused, int code)
{
	if (!(refused->flags & MECHANISM_SCRAM) || (!client->stream.tls && *client->settings->auth))
		return false;
	return code == 432 || (code / 100 == 5 && code != 530 && code != 534 && code != 538);
}

static void suggest_plain(const struct client *client, const struct mechanism *refused,
			  struct err *err)
{
	const char *setting = capabilities_has_mechanism(&client->can, "PLAIN")   ? "auth plain"
			      : capabilities_has_mechanism(&client->can, "LOGIN") ? "auth login"
										  : NULL;

	if (setting && may_need_plain(client, refused, err->code))
		err_wrap(err,
			 _("if user and password are right, the relay may have no password for %s "
			   "(set %s)"),
			 refused->name, setting);
}

static bool log_in_by(struct client *client, const struct mechanism *mechanism,
		      const struct secret *secret, bool *is_hopeless, struct err *err)
{
	struct login_attempt attempt = { .client = client,
					 .backend = backend_of(mechanism),
					 .exchange = { .mechanism = mechanism,
						       .settings = client->settings,
						       .host = client->relay ? client->relay : "",
						       .secret = secret,
						       .binding = &attempt.binding,
						       .remark = STR_INIT },
					 .binding = STR_INIT };

	log_debug(_("logging in with %s"), mechanism->name);
	if (mechanism->flags & MECHANISM_PLUS)
		attempt.exchange.binding_kind = find_binding(client, &attempt.binding);
	bool is_in = attempt.backend->open(&attempt.exchange, err) && converse(&attempt, err);
	*is_hopeless = !is_in && !is_about_mechanism(&attempt, err);
	attempt.backend->close(&attempt.exchange);
	str_done(&attempt.exchange.remark);
	str_done(&attempt.binding);
	if (is_in)
		return true;
	err_wrap(err, "AUTH %s", mechanism->name);
	suggest_plain(client, mechanism, err);
	if (err->code > 0)
		client_advise(client, PHASE_AUTH, err);
	return false;
}

bool sasl_login(struct client *client, const char *mechanism, const struct secret *secret,
		struct err *err)
{
	const struct mechanism *current = mechanism_find(mechanism);
	bool is_hopeless = false;

	while (!log_in_by(client, current, secret, &is_hopeless, err)) {
		if (is_hopeless || *client->settings->auth)
			return false;
		current = find_next(client, current, current->need);
		if (!current)
			return false;
		log_debug("%s", err->text);
		err_done(err);
	}
	return true;
}
