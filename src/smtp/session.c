/* session.c - setting up a session with a relay: connection, TLS, EHLO, login */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/session.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "conf/credential.h"
#include "conf/secret.h"
#include "net/identity.h"
#include "smtp/hello.h"
#include "smtp/sasl.h"
#include "smtp/selfname.h"

#include <stdlib.h>
#include <string.h>

/* RFC 5321 has no limit for connecting; this one holds unless `timeout` is shorter. */
enum { CONNECT_SECONDS = 300 };

bool session_wrap(const struct session *session, struct err *err)
{
	return err_wrap(err, "%s", session->where);
}

/* If the mechanism is not chosen yet, assume that it needs a secret. */
static bool needs_secret(const struct settings *s)
{
	return !*s->auth || sasl_need(s->auth) != NEEDS_NOTHING;
}

static bool check_login(const struct settings *s, struct err *err)
{
	if (!credential_may_be_sent(s))
		return err_set(err, ERR_CONFIG,
			       _("credentials are sent over verified TLS only; set tls on"));
	if (needs_secret(s) && !s->user)
		return err_set(err, ERR_AUTH, _("no user name: set user"));
	return true;
}

/*
 * Finds the secret for AUTH. If the mechanism needs no secret, the login is done without it. The
 * password also serves as the PIN of the private key, if that wants one; for this use it may be
 * missing.
 */
static bool find_credential(const struct settings *s, enum login login,
			    struct credential *credential, struct err *err)
{
	bool is_needed = login != LOGIN_NONE && needs_secret(s);

	if (!is_needed && !(s->tls && identity_wants_password(s)))
		return true;
	if (secret_find(s, login == LOGIN_ASKING, CLOCK_NEVER, credential, err))
		return true;
	if (is_needed || err->kind != ERR_AUTH)
		return false;
	err_done(err);
	return true;
}

/* The deadline for connecting, for the TLS handshake, and for a token before both. */
static int64_t connect_deadline(const struct settings *s)
{
	return clock_after(s->timeout > 0 ? s->timeout : CONNECT_SECONDS);
}

static bool connect_client(struct session *session, struct dialer *dialer, struct err *err)
{
	const struct settings *s = session->settings;
	int fd = dialer_connect(dialer, &session->connection, err);

	if (fd < 0)
		return false;
	client_init(&session->client, s, fd, session->end);
	session->client.patience = dialer_patience(dialer);
	session->client.avoid = session->avoid;
	session->client.name = session->selfname = selfname(s, fd);
	session->client.relay = session->connection.names.items[0];
	return true;
}

/* Begins TLS with the first byte. */
static bool start_tls_at_once(struct session *session, struct tls **tls, struct err *err)
{
	session->client.stream.deadline =
		clock_earlier(connect_deadline(session->settings), session->client.patience);
	return stream_start_tls(&session->client.stream, mem_take(tls), err);
}

/* Recognises another service by its greeting; NULL: unknown. */
static const char *other_service(const char *text)
{
	static const struct {
		const char *greeting, *name;
	} services[] = {
		{ "\"* OK", "IMAP" }, { "\"* PREAUTH", "IMAP" }, { "\"* BYE", "IMAP" },
		{ "\"+OK", "POP3" },  { "\"-ERR", "POP3" },      { "\"HTTP/", "HTTP" },
		{ "\"SSH-", "SSH" },
	};

	for (size_t i = 0; i < LENGTH(services); i++)
		if (strstr(text, services[i].greeting))
			return services[i].name;
	return NULL;
}

/* A silent server may expect implicit TLS (port 465). */
static bool take_greeting(struct session *session, struct err *err)
{
	const struct settings *s = session->settings;
	const struct stream *stream = &session->client.stream;

	if (client_greeting(&session->client, err))
		return true;
	const char *service = err->kind == ERR_PROTO ? other_service(err->text) : NULL;
	if (service)
		return err_set(err, ERR_PROTO,
			       _("%s; this is the port of another service (%s): set port 587 or "
				 "465, and host to the server for outgoing mail"),
			       err->text, service);
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
		return err_set(err, ERR_UNAVAILABLE,
			       _("the relay does not offer STARTTLS on this port (587 usually has "
				 "it; on 465 set tls_starttls off)"));
	return client_starttls(&session->client, mem_take(tls), err) &&
	       hello_say(&session->client, err);
}

static void free_tls_at(struct tls **tls)
{
	tls_free(*tls);
}

static bool greet(struct session *session, struct tls **tls, struct err *err)
{
	const struct settings *s = session->settings;
	struct str words = STR_INIT;

	if (s->tls)
		tls_expect_names(*tls, &session->connection.names);
	if (s->tls && !s->tls_starttls && !start_tls_at_once(session, tls, err))
		return false;
	if (!take_greeting(session, err))
		return false;
	reply_print_words(&session->client.reply, &words);
	session->greeting = str_take(&words);
	return hello_say(&session->client, err) &&
	       (!s->tls || !s->tls_starttls || start_tls_by_command(session, tls, err));
}

static bool try_login(struct session *session, const char *mechanism,
		      const struct credential *credential, struct err *err)
{
	if (sasl_login(&session->client, mechanism, &credential->secret, err))
		return true;
	if (err->code == 535)
		credential_refused(credential);
	return false;
}

/* A cached token may have been revoked before its expiry. */
static bool is_stale(const struct session *session, const struct credential *credential,
		     const struct err *err)
{
	return credential->is_cached && err->code == 535 && !session_is_over(session);
}

static bool log_in(struct session *session, struct credential *credential, struct err *err)
{
	const char *mechanism = sasl_choose(&session->client, credential->is_token, err);

	if (!mechanism)
		return false;
	if (try_login(session, mechanism, credential, err))
		return true;
	if (!is_stale(session, credential, err))
		return false;
	log_debug("%s", err->text);
	err_done(err);
	return secret_refresh(session->settings, CLOCK_NEVER, credential, err) &&
	       try_login(session, mechanism, credential, err);
}

/* Does everything up to the login, on a connection to the next relay. */
static bool enter(struct session *session, struct dialer *dialer, enum login login,
		  struct credential *credential, struct err *err)
{
	const struct settings *s = session->settings;
	const struct secret *pin = credential->is_token ? &s->password : &credential->secret;
	CLEANUP(free_tls_at) struct tls *tls = NULL;

	if (s->tls) {
		tls = tls_new(s, pin, connect_deadline(s), err);
		if (!tls)
			return false;
	}
	if (!connect_client(session, dialer, err))
		return false;
	if (!greet(session, &tls, err)) {
		bool is_misled = err->kind == ERR_TLS && session->connection.foreign;
		return is_misled ? err_wrap(err, "%s", session->connection.foreign) : false;
	}
	session->is_set_up = true;
	return login == LOGIN_NONE || log_in(session, credential, err);
}

/*
 * Whether another relay or address may succeed. Before the login, 4yz and 5yz are about this host
 * (554 in the greeting: no SMTP service here, RFC 5321 section 4.2.3). A refused password would be
 * refused elsewhere, too, and 432 asks for another password. A rejected certificate is for a person
 * to see.
 */
static bool may_try_another(const struct session *session, const struct err *err)
{
	if (err->kind == ERR_DEFER)
		return err->code != 432;
	if (err->kind == ERR_PROTO || err->kind == ERR_UNAVAILABLE)
		return !session->is_set_up;
	return err->kind == ERR_NET;
}

static void hang_up(struct session *session)
{
	if (session->leftover == LEFTOVER_CONTENT)
		session->client.is_over = true;
	if (session->client.settings)
		client_quit(&session->client);
	client_done(&session->client);
	connection_info_done(&session->connection);
	mem_free_at(&session->selfname);
	mem_free_at(&session->greeting);
	session->is_set_up = false;
}

static void set_where(struct session *session)
{
	free(session->where);
	session->where = mem_copy(session->connection.place);
}

/* If the last failure ends the search, it is the only one reported; otherwise all failures are. */
static bool enter_one_of(struct session *session, struct dialer *dialer, enum login login,
			 struct credential *credential, struct err *err)
{
	while (!enter(session, dialer, login, credential, err)) {
		if (!session->connection.place)
			return false;
		if (!may_try_another(session, err)) {
			set_where(session);
			return false;
		}
		dialer_note(dialer, &session->connection, err);
		if (!dialer_has_more(dialer)) {
			err_copy(err, &dialer->failures);
			return false;
		}
		log_debug("%s: %s", session->connection.place, err->text);
		err_done(err);
		hang_up(session);
	}
	session->client.patience = CLOCK_NEVER;
	set_where(session);
	return true;
}

static bool set_up(struct session *session, enum login login, struct err *err)
{
	const struct settings *s = session->settings;
	CLEANUP(credential_done) struct credential credential = { 0 };
	CLEANUP(dialer_done) struct dialer dialer = { 0 };

	if ((login != LOGIN_NONE && !check_login(s, err)) ||
	    !find_credential(s, login, &credential, err))
		return false;
	session->end = clock_after(s->session_timeout);
	return dialer_open(&dialer, s, clock_earlier(session->end, connect_deadline(s)), err) &&
	       enter_one_of(session, &dialer, login, &credential, err);
}

/*
 * Suggests another port than the default 25, which networks block for all except their own servers.
 */
static void suggest_port(const struct session *session, struct err *err)
{
	const struct settings *s = session->settings;
	bool wants_login = s->tls && s->auth && !s->socket;

	if (err->kind != ERR_NET || session->greeting || !wants_login || s->port != 25)
		return;
	err_set(err, ERR_NET, "%s; %s %d", err->text,
		_("port 25 is for mail between servers, and often blocked: set port"),
		s->tls_starttls ? 587 : 465);
}

bool session_open(struct session *session, const struct settings *settings, enum login login,
		  struct err *err)
{
	return session_open_without(session, settings, login, 0, err);
}

bool session_open_without(struct session *session, const struct settings *settings,
			  enum login login, unsigned avoid, struct err *err)
{
	*session = (struct session){ .settings = settings,
				     .where = dial_destination(settings),
				     .avoid = avoid };
	if (set_up(session, settings->auth ? login : LOGIN_NONE, err))
		return true;
	suggest_port(session, err);
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
	hang_up(session);
	free(session->where);
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
