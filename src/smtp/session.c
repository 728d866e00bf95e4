/* session.c - from settings to a client that is ready, and one message through it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/session.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "conf/config.h"
#include "conf/secret.h"
#include "net/dial.h"
#include "smtp/sasl.h"

#include <stdlib.h>
#include <string.h>

/* RFC 5321 has no limit for connecting; so long, less where `timeout` says so. */
enum { CONNECT_SECONDS = 300 };

static char *describe_place(const struct settings *s)
{
	if (s->socket)
		return mem_copy(s->socket);
	bool is_v6 = strchr(s->host, ':') && s->host[0] != '[';
	return str_format(is_v6 ? "[%s]:%d" : "%s:%d", s->host, s->port);
}

static bool wrap(const struct session *session, struct err *err)
{
	return err_wrap(err, "%s", session->where);
}

/* Where the password is not asked for, a later AUTH has none. */
static bool find_password(const struct settings *s, struct secret *password, struct err *err)
{
	if (!config_may_send_credentials(s))
		return err_set(err, ERR_CONFIG,
			       _("credentials are sent over verified TLS only; set tls on"));
	if (*s->auth && sasl_need(s->auth) == NEEDS_NOTHING)
		return true;
	if (!s->user)
		return err_set(err, ERR_AUTH, _("no user name: set user"));
	return secret_find(s, CLOCK_NEVER, password, err);
}

static bool connect_client(struct session *session, struct err *err)
{
	const struct settings *s = session->settings;
	int64_t end = clock_after(s->session_timeout);
	int seconds = s->timeout > 0 ? s->timeout : CONNECT_SECONDS;
	int fd = dial(s, clock_earlier(end, clock_after(seconds)), &session->address, err);

	if (fd < 0)
		return false;
	client_init(&session->client, s, fd, end);
	return true;
}

/* TLS from the first byte. */
static bool start_tls_at_once(struct session *session, struct tls **tls, struct err *err)
{
	const struct settings *s = session->settings;

	session->client.stream.deadline =
		clock_after(s->timeout > 0 ? s->timeout : CONNECT_SECONDS);
	return stream_start_tls(&session->client.stream, mem_take(tls), err);
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

static bool greet(struct session *session, struct err *err)
{
	const struct settings *s = session->settings;
	CLEANUP(free_tls_at) struct tls *tls = NULL;

	if (s->tls) {
		tls = tls_new(s, err);
		if (!tls)
			return false;
	}
	if (!connect_client(session, err))
		return false;
	if (s->tls && !s->tls_starttls && !start_tls_at_once(session, &tls, err))
		return false;
	if (!client_greeting(&session->client, err))
		return false;
	session->greeting = mem_copy(session->client.reply.text.bytes);
	return client_hello(&session->client, err) &&
	       (!s->tls || !s->tls_starttls || start_tls_by_command(session, &tls, err));
}

static bool log_in(struct session *session, const struct secret *password, struct err *err)
{
	const char *mechanism = sasl_choose(&session->client, false, err);

	return mechanism && sasl_login(&session->client, mechanism, password, err);
}

static bool set_up(struct session *session, bool logs_in, struct err *err)
{
	CLEANUP(secret_done) struct secret password = { 0 };

	if (logs_in && !find_password(session->settings, &password, err))
		return false;
	return greet(session, err) && (!logs_in || log_in(session, &password, err));
}

bool session_open(struct session *session, const struct settings *settings, bool logs_in,
		  struct err *err)
{
	*session = (struct session){ .settings = settings, .where = describe_place(settings) };
	if (set_up(session, logs_in && settings->auth, err))
		return true;
	wrap(session, err);
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
	free(session->where);
	free(session->address);
	free(session->greeting);
	*session = (struct session){ 0 };
}

static bool demand(const struct session *session, unsigned capability, const char *name,
		   const char *setting, struct err *err)
{
	if (session->client.can.has & capability)
		return true;
	return err_set(err, ERR_UNAVAILABLE, _("the relay does not offer %s, which %s needs"), name,
		       setting);
}

/* What can be known to fail before a word is said. */
static bool check_offer(const struct session *session, const struct envelope *envelope,
			struct err *err)
{
	const struct capabilities *can = &session->client.can;

	if (session->settings->dsn_notify && !demand(session, CAP_DSN, "DSN", "dsn_notify", err))
		return false;
	if (session->settings->dsn_return && !demand(session, CAP_DSN, "DSN", "dsn_return", err))
		return false;
	if (envelope_has_utf8(envelope) && !(can->has & CAP_SMTPUTF8))
		return err_set(err, ERR_INPUT,
			       _("an address is not ASCII, and the relay does not offer SMTPUTF8"));
	if (can->size_limit > 0 && envelope->size > can->size_limit)
		return err_set(err, ERR_INPUT,
			       _("the message has %llu octets, the relay takes %llu at most"),
			       (unsigned long long)envelope->size,
			       (unsigned long long)can->size_limit);
	return true;
}

void transaction_init(struct transaction *transaction, struct envelope *envelope,
		      enum tolerance tolerance)
{
	*transaction = (struct transaction){ .envelope = envelope, .tolerance = tolerance };
	envelope_clear_results(envelope);
}

void transaction_done(struct transaction *transaction)
{
	err_done(&transaction->mail);
	err_done(&transaction->data);
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

/* The first refusal that keeps everybody from getting the message, or NULL. */
static const struct recipient *first_hindrance(const struct transaction *t)
{
	const struct envelope *envelope = t->envelope;

	if (t->tolerance == TOLERATE_NOTHING)
		return envelope_first_failure(envelope);
	for (size_t i = 0; t->tolerance == TOLERATE_DEFERRAL && i < envelope->count; i++)
		if (err_fate(envelope->recipients[i].err.kind) == FATE_FAIL)
			return &envelope->recipients[i];
	return NULL;
}

/* Whether it is known already that nobody will get it. */
static bool is_hopeless(const struct transaction *t)
{
	return t->mail.kind != ERR_NONE || t->data.kind != ERR_NONE || first_hindrance(t);
}

/* Without PIPELINING each result is known at once, and the rest is left unsaid. */
static bool announce(struct session *session, struct transaction *t, struct err *err)
{
	struct client *client = &session->client;

	t->is_announced = true;
	session->mails++;
	if (!client_mail(client, t->envelope, &t->mail, err))
		return false;
	for (size_t i = 0; i < t->envelope->count && !is_hopeless(t); i++) {
		struct recipient *recipient = &t->envelope->recipients[i];
		if (recipient_is_open(recipient) && !client_rcpt(client, recipient, err))
			return false;
	}
	return is_hopeless(t) || client_data(client, &t->data, err);
}

static bool fail_for(const struct session *session, const struct err *reason, struct err *err)
{
	err_copy(err, reason);
	return wrap(session, err);
}

/*
 * A refused sender explains what follows from it, and a refused recipient explains DATA's result.
 */
static bool explain(const struct session *session, const struct transaction *t, struct err *err)
{
	const struct recipient *failed = first_hindrance(t);

	if (!failed)
		failed = envelope_first_failure(t->envelope);
	if (t->mail.kind != ERR_NONE)
		return fail_for(session, &t->mail, err);
	if (!failed)
		return fail_for(session, &t->data, err);
	fail_for(session, &failed->err, err);
	return err_wrap(err, "%s", failed->address);
}

/*
 * Notes how a transaction of which nothing comes has to be left. A server that waits for content is
 * given none: where nobody was accepted a lone dot is harmless (RFC 2920 section 3.1), else we hang
 * up.
 */
static void abandon(struct session *session, const struct transaction *t)
{
	if (session->client.reply.code != 354)
		session->leftover = LEFTOVER_TRANSACTION;
	else if (envelope_count_accepted(t->envelope) == 0)
		session->leftover = LEFTOVER_CONTENT;
	else
		session->client.is_over = true;
}

/* What the last transaction left is cleared away only when there is another. */
static bool clear_away(struct session *session, struct err *err)
{
	enum leftover leftover = session->leftover;

	session->leftover = LEFTOVER_NOTHING;
	switch (leftover) {
	case LEFTOVER_CONTENT:
		return client_exchange(&session->client, PHASE_FINAL, ".", NULL, err);
	case LEFTOVER_TRANSACTION:
		return client_reset(&session->client, err);
	default:
		return true;
	}
}

bool session_offer(struct session *session, struct transaction *t, struct err *err)
{
	if (!check_offer(session, t->envelope, err)) {
		err_copy(&t->mail, err);
		return wrap(session, err);
	}
	if (!t->is_announced && (!clear_away(session, err) || !announce(session, t, err)))
		return wrap(session, err);
	if (!client_collect(&session->client, err))
		return wrap(session, err);
	if (!is_hopeless(t) && envelope_count_accepted(t->envelope) > 0)
		return true;
	explain(session, t, err);
	abandon(session, t);
	return false;
}

/* A refusal that came before the end of the content is a result like any other. */
static bool stop(struct session *session, struct transaction *t, struct err *err)
{
	if (err->code >= 400 && err->code != 421)
		err_copy(&t->data, err);
	return wrap(session, err);
}

bool session_content(struct session *session, struct transaction *t, const struct message *message,
		     struct err *err)
{
	return client_content(&session->client, message, err) || stop(session, t, err);
}

/* Only a group that is sure to fit is sent before the verdict is known. */
static bool may_announce(const struct session *session, const struct transaction *next)
{
	CLEANUP(err_done) struct err ignored = ERR_INIT;

	return session_is_usable(session) && session->client.can.has & CAP_PIPELINING &&
	       session->settings->protocol == PROTOCOL_SMTP &&
	       envelope_count_open(next->envelope) < CLIENT_UNANSWERED_MAX / 2 &&
	       check_offer(session, next->envelope, &ignored);
}

static bool follow_up(struct session *session, struct transaction *next, bool is_last,
		      struct err *err)
{
	if (next)
		return !may_announce(session, next) || announce(session, next, err);
	return !is_last || client_gather_quit(&session->client, err);
}

/* What the server said of the whole holds for each that it had accepted. */
static bool spread_verdict(const struct session *session, const struct transaction *t,
			   struct err *err)
{
	bool is_lmtp = session->settings->protocol == PROTOCOL_LMTP;

	for (size_t i = 0; !is_lmtp && i < t->envelope->count; i++) {
		struct recipient *recipient = &t->envelope->recipients[i];
		recipient->is_delivered = recipient->is_accepted && t->data.kind == ERR_NONE;
		if (recipient->is_accepted && t->data.kind != ERR_NONE)
			err_copy(&recipient->err, &t->data);
	}
	if (t->data.kind != ERR_NONE)
		return fail_for(session, &t->data, err);
	return !envelope_first_failure(t->envelope) || explain(session, t, err);
}

bool session_settle(struct session *session, struct transaction *t, struct transaction *next,
		    bool is_last, struct err *err)
{
	struct client *client = &session->client;

	if (!client_end(client, t->envelope, &t->data, err) ||
	    !follow_up(session, next, is_last, err)) {
		t->is_in_doubt = err->code == 0;
		return stop(session, t, err);
	}
	if (client_verdict(client, t->envelope, err))
		return spread_verdict(session, t, err);
	t->is_in_doubt = client->reply.code != 421;
	if (t->is_in_doubt)
		err_wrap(err, _("the relay may have taken the message or not"));
	return wrap(session, err);
}
