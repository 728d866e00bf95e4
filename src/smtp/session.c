/* session.c - from settings to a client that is ready */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/session.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "conf/config.h"
#include "conf/secret.h"
#include "net/identity.h"
#include "smtp/sasl.h"
#include "smtp/selfname.h"

#include <stdlib.h>
#include <string.h>

/* RFC 5321 has no limit for connecting; so long, less where `timeout` says so. */
enum { CONNECT_SECONDS = 300 };

bool session_wrap(const struct session *session, struct err *err)
{
	return err_wrap(err, "%s", session->where);
}

/* One that is still to be chosen needs one. */
static bool needs_password(const struct settings *s)
{
	return !*s->auth || sasl_needs_password(s->auth);
}

static bool check_login(const struct settings *s, struct err *err)
{
	if (!config_may_send_credentials(s))
		return err_set(err, ERR_CONFIG,
			       _("credentials are sent over verified TLS only; set tls on"));
	if (needs_password(s) && !s->user)
		return err_set(err, ERR_AUTH, _("no user name: set user"));
	return true;
}

/*
 * For AUTH, where it needs one; a later AUTH has none if it did not. The same serves our private
 * key as a PIN, where it wants that: there it may be missing.
 */
static bool find_password(const struct settings *s, bool logs_in, struct secret *password,
			  struct err *err)
{
	bool is_needed = logs_in && needs_password(s);

	if (!is_needed && !(s->tls && identity_wants_password(s)))
		return true;
	if (secret_find(s, CLOCK_NEVER, password, err))
		return true;
	if (is_needed || err->kind != ERR_AUTH)
		return false;
	err_done(err);
	return true;
}

/* For connecting, for the TLS handshake, and for a token before both. */
static int64_t soon(const struct settings *s)
{
	return clock_after(s->timeout > 0 ? s->timeout : CONNECT_SECONDS);
}

static bool connect_client(struct session *session, struct err *err)
{
	const struct settings *s = session->settings;
	int64_t end = clock_after(s->session_timeout);
	int fd = dial(s, clock_earlier(end, soon(s)), &session->reached, err);

	if (fd < 0)
		return false;
	client_init(&session->client, s, fd, end);
	session->client.name = session->selfname = selfname(s, fd);
	free(session->where);
	session->where = mem_copy(session->reached.place);
	return true;
}

/* TLS from the first byte. */
static bool start_tls_at_once(struct session *session, struct tls **tls, struct err *err)
{
	session->client.stream.deadline = soon(session->settings);
	return stream_start_tls(&session->client.stream, mem_take(tls), err);
}

/* Who says nothing may be waiting for TLS. */
static bool take_greeting(struct session *session, struct err *err)
{
	const struct settings *s = session->settings;
	const struct stream *stream = &session->client.stream;

	if (client_greeting(&session->client, err))
		return true;
	if (stream->tls || stream->in.len > 0 || err->kind != ERR_NET)
		return false;
	return err_set(err, ERR_NET, "%s; %s", err->text,
		       s->tls ? _("if this port wants TLS from the first byte, as 465 usually "
				  "does, set tls_starttls off")
			      : _("if this port wants TLS from the first byte, as 465 usually "
				  "does, set tls on and tls_starttls off"));
}

static bool start_tls_by_command(struct session *session, struct tls **tls, struct err *err)
{
	if (!(session->client.can.has & CAP_STARTTLS))
		return err_set(err, ERR_UNAVAILABLE, _("the relay does not offer STARTTLS"));
	return client_starttls(&session->client, mem_take(tls), err) &&
	       client_hello(&session->client, err);
}

static void free_tls_at(struct tls **tls)
{
	tls_free(*tls);
}

static bool greet(struct session *session, const struct secret *password, struct err *err)
{
	const struct settings *s = session->settings;
	CLEANUP(free_tls_at) struct tls *tls = NULL;

	if (s->tls) {
		tls = tls_new(s, password, soon(s), err);
		if (!tls)
			return false;
	}
	if (!connect_client(session, err))
		return false;
	if (tls)
		tls_expect_names(tls, &session->reached.names);
	if (s->tls && !s->tls_starttls && !start_tls_at_once(session, &tls, err))
		return false;
	if (!take_greeting(session, err))
		return false;
	session->greeting = mem_copy(session->client.reply.text.bytes);
	return client_hello(&session->client, err) &&
	       (!s->tls || !s->tls_starttls || start_tls_by_command(session, &tls, err));
}

static bool log_in(struct session *session, const struct secret *password, struct err *err)
{
	const char *mechanism = sasl_choose(session->settings, &session->client.can, err);

	return mechanism && sasl_login(&session->client, mechanism, password, err);
}

static bool set_up(struct session *session, bool logs_in, struct err *err)
{
	CLEANUP(secret_done) struct secret password = { 0 };

	if ((logs_in && !check_login(session->settings, err)) ||
	    !find_password(session->settings, logs_in, &password, err))
		return false;
	if (!greet(session, &password, err)) {
		bool is_misled = err->kind == ERR_TLS && session->reached.foreign;
		return is_misled ? err_wrap(err, "%s", session->reached.foreign) : false;
	}
	return !logs_in || log_in(session, &password, err);
}

bool session_open(struct session *session, const struct settings *settings, bool logs_in,
		  struct err *err)
{
	*session = (struct session){ .settings = settings, .where = dial_destination(settings) };
	if (set_up(session, logs_in && settings->auth, err))
		return true;
	session_wrap(session, err);
	session_close(session);
	return false;
}

void session_abandon(struct session *session)
{
	client_end_all(&session->client);
	session->client.stream.is_lost = true;
}

void session_close(struct session *session)
{
	if (session->leftover == LEFTOVER_CONTENT)
		session->client.is_over = true;
	if (session->client.settings)
		client_quit(&session->client);
	client_done(&session->client);
	reached_done(&session->reached);
	free(session->where);
	free(session->selfname);
	free(session->greeting);
	*session = (struct session){ 0 };
}

bool session_is_over(const struct session *session)
{
	const struct client *client = &session->client;

	return client->is_over || client->is_leaving || client->stream.is_lost;
}

bool session_is_usable(const struct session *session)
{
	const struct client *client = &session->client;

	return !session_is_over(session) &&
	       (!client->can.mail_max || session->mails < client->can.mail_max);
}
