/* sasl.c - logging in, by libgsasl */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/sasl.h"

#include "base/i18n.h"
#include "base/log.h"
#include "smtp/gsasl.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* RFC 4954 section 4: a line of the exchange, CRLF included. */
enum { LINE_MAX_OCTETS = 12288 };

/* In the order of choice. */
static const struct mechanism {
	const char *name;
	bool is_chosen_unasked;
	bool is_client_first;
	bool needs_password;
	bool is_scram;
} mechanisms[] = {
	{ "SCRAM-SHA-256", true, true, true, true }, { "SCRAM-SHA-1", true, true, true, true },
	{ "PLAIN", true, true, true, false },        { "LOGIN", true, false, true, false },
	{ "CRAM-MD5", false, false, true, false },   { "EXTERNAL", false, true, false, false },
};
enum { MECHANISMS = sizeof mechanisms / sizeof *mechanisms };

/* An exchange under way. */
struct exchange {
	struct client *client;
	const struct mechanism *mechanism;
	Gsasl *library;
	Gsasl_session *session;
	bool is_done; /* as far as the mechanism knows */
};

static const struct mechanism *find_mechanism(const char *name)
{
	for (size_t i = 0; i < MECHANISMS; i++)
		if (strcmp(mechanisms[i].name, name) == 0)
			return &mechanisms[i];
	return NULL;
}

bool sasl_needs_password(const char *mechanism)
{
	const struct mechanism *found = find_mechanism(mechanism);

	return found && found->needs_password;
}

static void add_offered(struct str *out, const struct capabilities *can)
{
	str_add_printable(out, can->mechanisms.bytes, can->mechanisms.len);
}

static const char *choose_named(const char *name, const struct capabilities *can, struct err *err)
{
	const struct mechanism *found = find_mechanism(name);
	CLEANUP(str_done) struct str offered = STR_INIT;

	if (found && capabilities_has_mechanism(can, name))
		return found->name;
	add_offered(&offered, can);
	err_set(err, ERR_UNAVAILABLE, _("the relay does not offer %s, but:%s"), name,
		offered.bytes);
	return NULL;
}

const char *sasl_choose(const struct settings *settings, const struct capabilities *can,
			struct err *err)
{
	CLEANUP(str_done) struct str offered = STR_INIT;

	if (!(can->has & CAP_AUTH)) {
		err_set(err, ERR_UNAVAILABLE, _("the relay does not offer AUTH"));
		return NULL;
	}
	if (*settings->auth)
		return choose_named(settings->auth, can, err);
	for (size_t i = 0; i < MECHANISMS; i++)
		if (mechanisms[i].is_chosen_unasked &&
		    capabilities_has_mechanism(can, mechanisms[i].name))
			return mechanisms[i].name;
	add_offered(&offered, can);
	err_set(err, ERR_UNAVAILABLE,
		_("the relay offers no way to log in that is chosen by itself, but:%s"),
		offered.bytes);
	return NULL;
}

unsigned long sasl_scram_iterations(const char *message, size_t len)
{
	const char *found = memmem(message, len, ",i=", 3);
	unsigned long count = 0;

	if (!found)
		return 0;
	const char *end = message + len;
	for (const char *c = found + 3; c < end && *c != ','; c++) {
		if (*c < '0' || *c > '9')
			return 0;
		if (__builtin_mul_overflow(count, 10UL, &count) ||
		    __builtin_add_overflow(count, (unsigned long)(*c - '0'), &count))
			return ULONG_MAX;
	}
	return count;
}

static bool failed_locally(int status, struct err *err)
{
	enum err_kind kind = ERR_PROTO;

	if (status == GSASL_MALLOC_ERROR)
		mem_exhausted();
	if (status == GSASL_AUTHENTICATION_ERROR || status == GSASL_SASLPREP_ERROR)
		kind = ERR_AUTH;
	return err_set(err, kind, "%s", gsasl->strerror(status));
}

/* The server may ask for so much work that we would seem to hang. */
static bool check_challenge(const struct exchange *exchange, const char *challenge, struct err *err)
{
	char *decoded = NULL;
	size_t len = 0;

	if (!exchange->mechanism->is_scram || !*challenge)
		return true;
	int status = gsasl->base64_from(challenge, strlen(challenge), &decoded, &len);
	if (status != GSASL_OK)
		return err_set(err, ERR_PROTO, _("the server's challenge is not base64"));
	unsigned long iterations = sasl_scram_iterations(decoded, len);
	gsasl->free(decoded);
	if (iterations > SASL_ITERATIONS_MAX)
		return err_set(err, ERR_PROTO,
			       _("the server asks for %lu iterations, the limit is %d"), iterations,
			       SASL_ITERATIONS_MAX);
	return true;
}

/* What the mechanism answers to a challenge, in base64. */
static bool take_step(struct exchange *exchange, const char *challenge, struct str *response,
		      struct err *err)
{
	char *answer = NULL;

	if (exchange->is_done)
		return err_set(err, ERR_PROTO, _("the server goes on when all has been said"));
	if (!check_challenge(exchange, challenge, err))
		return false;
	int status = gsasl->step64(exchange->session, challenge, &answer);
	if (status != GSASL_OK && status != GSASL_NEEDS_MORE)
		return failed_locally(status, err);
	exchange->is_done = status == GSASL_OK;
	if (answer) {
		str_add(response, answer);
		mem_wipe(answer, strlen(answer));
		gsasl->free(answer);
	}
	return true;
}

/* Ends an exchange that we can't go on with, so that the server knows; RFC 4954 section 4. */
static void cancel(struct exchange *exchange)
{
	CLEANUP(err_done) struct err ignored = ERR_INIT;

	if (!client_exchange(exchange->client, PHASE_AUTH, "*", NULL, &ignored))
		log_debug("%s", ignored.text);
}

/* AUTH, with the initial response where there is one and the line has room for it. */
static bool begin(struct exchange *exchange, struct err *err)
{
	CLEANUP(str_done) struct str line = STR_SECRET(0);
	CLEANUP(str_done) struct str response = STR_SECRET(0);
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_addf(&line, "AUTH %s", exchange->mechanism->name);
	str_add(&shown, line.bytes);
	if (exchange->mechanism->is_client_first) {
		if (!take_step(exchange, "", &response, err))
			return false;
		if (line.len + response.len + 3 > LINE_MAX_OCTETS)
			return err_set(err, ERR_AUTH, _("user name or password are too long"));
		str_addf(&line, " %s", response.len ? response.bytes : "=");
		str_add(&shown, _(" (hidden)"));
	}
	return client_exchange(exchange->client, PHASE_AUTH, line.bytes, shown.bytes, err);
}

/* One challenge and its response. */
static bool respond(struct exchange *exchange, struct err *err)
{
	CLEANUP(str_done) struct str response = STR_SECRET(0);
	struct client *client = exchange->client;

	if (!take_step(exchange, client->reply.text.bytes, &response, err))
		return false;
	return client_exchange(client, PHASE_AUTH, response.bytes,
			       response.len ? _("(hidden)") : "", err);
}

static bool conclude(struct exchange *exchange, struct err *err)
{
	if (!reply_judge(&exchange->client->reply, PHASE_AUTH, err))
		return false;
	if (exchange->is_done)
		return true;
	return err_set(err, ERR_AUTH,
		       _("the server let us in without proving that it knows the password"));
}

static bool converse(struct exchange *exchange, struct err *err)
{
	struct client *client = exchange->client;
	bool goes_on = begin(exchange, err);

	while (goes_on && client->reply.code == 334) {
		goes_on = respond(exchange, err);
		if (!goes_on && !client->stream.is_lost && client->reply.code == 334)
			cancel(exchange);
	}
	return goes_on && conclude(exchange, err);
}

static void set_properties(struct exchange *exchange, const struct secret *password)
{
	const struct settings *s = exchange->client->settings;
	const char *user = s->user ? s->user : "";

	if (!exchange->mechanism->needs_password) {
		gsasl->property_set(exchange->session, GSASL_AUTHZID, user);
		return;
	}
	gsasl->property_set(exchange->session, GSASL_AUTHID, user);
	gsasl->property_set_raw(exchange->session, GSASL_PASSWORD, password->bytes, password->len);
}

bool sasl_login(struct client *client, const char *mechanism, const struct secret *password,
		struct err *err)
{
	if (!gsasl_load(err))
		return false;
	struct exchange exchange = { .client = client, .mechanism = find_mechanism(mechanism) };
	bool is_in = false;

	log_debug(_("logging in with %s"), mechanism);
	int status = gsasl->init(&exchange.library);
	if (status == GSASL_OK)
		status = gsasl->client_start(exchange.library, mechanism, &exchange.session);
	if (status == GSASL_OK) {
		set_properties(&exchange, password);
		is_in = converse(&exchange, err);
		gsasl->finish(exchange.session);
	} else {
		failed_locally(status, err);
	}
	if (exchange.library)
		gsasl->done(exchange.library);
	return is_in || err_wrap(err, "AUTH %s", mechanism);
}
