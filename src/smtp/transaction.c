/* transaction.c - one message through a session */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/transaction.h"

#include "base/i18n.h"
#include "smtp/demand.h"

enum {
	SINGLE_GROUP_SIZE_MAX = 8192, /* such a message leaves in one write with its commands */
	SINGLE_GROUP_RECIPIENTS_MAX = 10,
};

void transaction_init(struct transaction *transaction, struct envelope *envelope,
		      const struct message *message, enum tolerance tolerance)
{
	*transaction = (struct transaction){ .envelope = envelope,
					     .message = message,
					     .tolerance = tolerance };
	envelope_clear_results(envelope);
}

void transaction_done(struct transaction *transaction)
{
	wire_close(&transaction->wire);
	err_done(&transaction->mail);
	err_done(&transaction->data);
}

static unsigned abilities(const struct session *session)
{
	unsigned has = session->client.can.has;
	unsigned found = has & CAP_8BITMIME ? RELAY_8BIT : 0;

	return found | (has & CAP_8BITMIME && has & CAP_SMTPUTF8 ? RELAY_UTF8 : 0);
}

/* Whether commands and content may be sent before the relay has replied to any recipient. */
static bool may_send_as_single_group(const struct session *session, const struct transaction *t)
{
	size_t open = envelope_count_open(t->envelope);

	return t->is_chunked && session->client.can.has & CAP_PIPELINING &&
	       session->settings->protocol == PROTOCOL_SMTP &&
	       t->wire.size <= SINGLE_GROUP_SIZE_MAX && open <= SINGLE_GROUP_RECIPIENTS_MAX &&
	       (open == 1 || t->tolerance == TOLERATE_REFUSAL);
}

static bool prepare(struct session *session, struct transaction *t, struct err *err)
{
	if (t->is_prepared)
		return true;
	if (!demand_check(session, t->envelope, err))
		return false;
	if (!wire_open(&t->wire, t->message, abilities(session), err) ||
	    !demand_check_size(session, t->wire.size, err)) {
		wire_close(&t->wire);
		return false;
	}
	t->is_prepared = true;
	t->is_chunked = (session->client.can.has & CAP_CHUNKING) != 0;
	t->is_single_group = may_send_as_single_group(session, t);
	return true;
}

/* Results */

/* Whether the refusal of this recipient keeps all others from getting the message. */
static bool blocks_delivery(const struct transaction *t, const struct recipient *recipient)
{
	enum err_kind kind = recipient->err.kind;

	return t->tolerance == TOLERATE_NOTHING ? kind != ERR_NONE && recipient_is_open(recipient)
	       : t->tolerance == TOLERATE_DEFERRAL
		       ? err_fate(kind) == FATE_FAIL || err_needs_operator(kind)
		       : false;
}

/* The first blocking recipient, or NULL. */
static const struct recipient *first_blocking(const struct transaction *t)
{
	for (size_t i = 0; t->tolerance != TOLERATE_REFUSAL && i < t->envelope->count; i++)
		if (blocks_delivery(t, &t->envelope->recipients[i]))
			return &t->envelope->recipients[i];
	return NULL;
}

static bool is_refused(const struct transaction *t)
{
	return t->mail.kind != ERR_NONE || t->data.kind != ERR_NONE;
}

/* Whether it is already certain that no recipient will get the message. */
static bool is_hopeless(const struct transaction *t)
{
	return is_refused(t) || first_blocking(t);
}

static bool fail_for(const struct session *session, const struct err *reason, struct err *err)
{
	err_copy(err, reason);
	return session_wrap(session, err);
}

static const struct recipient *first_for_operator(const struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->count; i++)
		if (err_needs_operator(envelope->recipients[i].err.kind))
			return &envelope->recipients[i];
	return NULL;
}

/*
 * The recipient whose refusal explains why the message was not sent to all; NULL: the result of
 * DATA explains it.
 */
static const struct recipient *find_reason(const struct transaction *t)
{
	const struct recipient *found = first_blocking(t);

	if (!found && t->data.kind != ERR_NONE && envelope_count_accepted(t->envelope) > 0)
		return NULL;
	if (!found)
		found = first_for_operator(t->envelope);
	return found ? found : envelope_first_failure(t->envelope);
}

/*
 * A refused sender explains the failures after it. If all recipients are refused, they explain
 * DATA's result.
 */
static bool explain_failure(const struct session *session, const struct transaction *t,
			    struct err *err)
{
	const struct recipient *failed = find_reason(t);

	if (t->mail.kind != ERR_NONE)
		return fail_for(session, &t->mail, err);
	if (!failed)
		return fail_for(session, &t->data, err);
	fail_for(session, &failed->err, err);
	return err_wrap(err, "%s", failed->address);
}

/* A refusal of the whole message holds for each accepted recipient. */
static void spread_refusal(const struct transaction *t)
{
	for (size_t i = 0; t->data.kind != ERR_NONE && i < t->envelope->count; i++)
		if (t->envelope->recipients[i].is_accepted)
			err_copy(&t->envelope->recipients[i].err, &t->data);
}

/* Offering */

/*
 * Without PIPELINING each result is known at once, and after a blocking refusal no further
 * recipient is named.
 */
static bool name_recipients(struct client *client, struct transaction *t, struct err *err)
{
	for (size_t i = 0; i < t->envelope->count && !is_refused(t); i++) {
		struct recipient *recipient = &t->envelope->recipients[i];
		if (!recipient_is_open(recipient))
			continue;
		if (!client_rcpt(client, recipient, err))
			return false;
		if (blocks_delivery(t, recipient))
			break;
	}
	return true;
}

static bool send_envelope(struct session *session, struct transaction *t, struct err *err)
{
	struct client *client = &session->client;

	t->is_envelope_sent = true;
	session->mails++;
	if (!client_mail(client, t->envelope, &t->wire, &t->mail, err) ||
	    !name_recipients(client, t, err))
		return false;
	return t->is_chunked || is_hopeless(t) || client_data(client, &t->data, err);
}

/*
 * Records how to leave a failed transaction. A server that waits for content gets none: without an
 * accepted recipient a lone dot is harmless (RFC 2920 section 3.1), else the client hangs up.
 */
static void abandon(struct session *session, const struct transaction *t)
{
	if (t->is_chunked || session->client.reply.code != 354)
		session->leftover = LEFTOVER_TRANSACTION;
	else if (envelope_count_accepted(t->envelope) == 0)
		session->leftover = LEFTOVER_CONTENT;
	else
		session->client.is_over = true;
}

/* Clears the leftover of the last transaction, only now that there is another. */
static bool clear_away(struct session *session, struct err *err)
{
	enum leftover leftover = session->leftover;

	session->leftover = LEFTOVER_NOTHING;
	switch (leftover) {
	case LEFTOVER_CONTENT:
		return client_exchange(&session->client, PHASE_FINAL, ".", NULL, err);
	case LEFTOVER_TRANSACTION:
		return client_reset(&session->client, err);
	case LEFTOVER_NOTHING:
		break;
	}
	return true;
}

/*
 * Commands sent after a refused chunk may have reached the server in the middle of that
 * transaction. Their replies say nothing about this one, which begins anew.
 */
static bool discard_pipelined(struct session *session, struct transaction *t, struct err *err)
{
	session->has_stale_pipeline = false;
	session->leftover = LEFTOVER_TRANSACTION;
	if (!client_collect(&session->client, err))
		return false;
	err_done(&t->mail);
	envelope_clear_results(t->envelope);
	t->is_envelope_sent = false;
	return true;
}

void transaction_clear(struct transaction *t)
{
	struct envelope *envelope = t->envelope;
	const struct message *message = t->message;
	enum tolerance tolerance = t->tolerance;

	transaction_done(t);
	transaction_init(t, envelope, message, tolerance);
}

bool transaction_restart(struct session *session, struct transaction *t, struct transaction *next,
			 unsigned without, struct err *err)
{
	bool is_envelope_sent = next && next->is_envelope_sent;

	session->client.can.has &= ~without;
	if (session->leftover == LEFTOVER_NOTHING)
		session->leftover = LEFTOVER_TRANSACTION;
	transaction_clear(t);
	if (is_envelope_sent && !discard_pipelined(session, next, err))
		return session_wrap(session, err);
	if (next)
		transaction_clear(next);
	return true;
}

/*
 * Whether replies are out of step: after another message's content the relay may have sent one
 * reply more. Then MAIL seems refused and a recipient accepted, which can't be.
 */
static bool is_out_of_step(const struct transaction *t)
{
	return t->is_pipelined && t->mail.kind != ERR_NONE &&
	       envelope_count_accepted(t->envelope) > 0;
}

static bool fail_out_of_step(struct session *session, struct transaction *t, struct err *err)
{
	err_set(err, ERR_PROTO, _("the relay's replies do not fit our commands: %s"), t->mail.text);
	client_end_all(&session->client);
	session->broken |= t->is_chunked ? CAP_CHUNKING : 0;
	err_done(&t->mail);
	err_done(&t->data);
	envelope_clear_results(t->envelope);
	return session_wrap(session, err);
}

static bool begin_transaction(struct session *session, struct transaction *t, struct err *err)
{
	if (t->is_envelope_sent && session->has_stale_pipeline &&
	    !discard_pipelined(session, t, err))
		return false;
	return t->is_envelope_sent || (clear_away(session, err) && send_envelope(session, t, err));
}

bool transaction_offer(struct session *session, struct transaction *t, struct err *err)
{
	if (!prepare(session, t, err)) {
		err_copy(&t->mail, err);
		return session_wrap(session, err);
	}
	if (!begin_transaction(session, t, err))
		return session_wrap(session, err);
	if (t->is_single_group)
		return true;
	if (!client_collect(&session->client, err))
		return session_wrap(session, err);
	if (is_out_of_step(t))
		return fail_out_of_step(session, t, err);
	if (!is_hopeless(t) && envelope_count_accepted(t->envelope) > 0)
		return true;
	explain_failure(session, t, err);
	spread_refusal(t);
	abandon(session, t);
	return false;
}

/* Content */

/* A refusal before the end of the content is a result like any other. */
static bool stop(struct session *session, struct transaction *t, struct err *err)
{
	if (err->code >= 400 && err->code != 421)
		err_copy(&t->data, err);
	return session_wrap(session, err);
}

bool transaction_content(struct session *session, struct transaction *t, struct err *err)
{
	struct client *client = &session->client;

	t->has_content = true;
	bool is_sent = t->is_chunked ? client_chunk(client, &t->wire, err)
				     : client_content(client, &t->wire, err);

	return is_sent || stop(session, t, err);
}

/*
 * Whether the commands of the next message may be sent before the verdict: only if the group surely
 * fits.
 */
static bool may_send_early(struct session *session, struct transaction *next)
{
	CLEANUP(err_done) struct err ignored = ERR_INIT;

	return session_is_usable(session) && session->client.can.has & CAP_PIPELINING &&
	       session->settings->protocol == PROTOCOL_SMTP &&
	       envelope_count_open(next->envelope) < CLIENT_UNANSWERED_MAX / 2 &&
	       prepare(session, next, &ignored);
}

/*
 * After a chunk QUIT follows only if the relay surely supports chunks; otherwise the message will
 * be offered again.
 */
static bool may_quit(const struct session *session, const struct transaction *t)
{
	return !t->is_chunked || (session->proved | session->trusted) & CAP_CHUNKING;
}

static bool follow_up(struct session *session, const struct transaction *t,
		      struct transaction *next, bool is_last, struct err *err)
{
	if (next && may_send_early(session, next)) {
		next->is_pipelined = true;
		return send_envelope(session, next, err);
	}
	if (!next && is_last && may_quit(session, t))
		client_gather_quit(&session->client);
	return true;
}

/* A refused chunk leaves its transaction open. RFC 3030 section 4.1. */
static void note_leftover(struct session *session, const struct transaction *t,
			  const struct transaction *next)
{
	if (!t->is_chunked || t->data.kind == ERR_NONE)
		return;
	session->leftover = LEFTOVER_TRANSACTION;
	session->has_stale_pipeline = next && next->is_envelope_sent;
}

static bool spread_verdict(const struct session *session, const struct transaction *t,
			   struct err *err)
{
	bool is_lmtp = session->settings->protocol == PROTOCOL_LMTP;
	bool is_refused_before = t->is_single_group && (t->mail.kind != ERR_NONE ||
							envelope_count_accepted(t->envelope) == 0);

	for (size_t i = 0; !is_lmtp && i < t->envelope->count; i++) {
		struct recipient *recipient = &t->envelope->recipients[i];
		recipient->is_delivered =
			recipient->is_accepted && t->data.kind == ERR_NONE && !is_refused_before;
	}
	if (!is_lmtp)
		spread_refusal(t);
	if (is_refused_before)
		return explain_failure(session, t, err);
	if (t->data.kind != ERR_NONE)
		return fail_for(session, &t->data, err);
	return !envelope_first_failure(t->envelope) || explain_failure(session, t, err);
}

static bool end_content(struct session *session, struct transaction *t, struct err *err)
{
	struct client *client = &session->client;

	return t->is_chunked ? client_end_chunk(client, t->envelope, &t->data, err)
			     : client_end(client, t->envelope, &t->data, err);
}

/* When this fails, the last byte has not been sent. */
bool transaction_end(struct session *session, struct transaction *t, struct transaction *next,
		     bool is_last, struct err *err)
{
	if (!end_content(session, t, err) || !follow_up(session, t, next, is_last, err))
		return stop(session, t, err);
	client_send_end(&session->client);
	return true;
}

bool transaction_settle(struct session *session, struct transaction *t,
			const struct transaction *next, struct err *err)
{
	struct client *client = &session->client;

	if (client_verdict(client, t->envelope, err)) {
		t->is_in_doubt = is_out_of_step(t);
		if (t->is_in_doubt)
			return fail_out_of_step(session, t, err);
		note_leftover(session, t, next);
		return spread_verdict(session, t, err);
	}
	t->is_in_doubt = client_has_sent_content(client) && client->reply.code != 421;
	if (t->is_in_doubt)
		err_wrap(err, _("the relay may have accepted the message, or not"));
	return t->is_in_doubt ? session_wrap(session, err) : stop(session, t, err);
}

/* Whether a recipient waits for a person to change something, and no other got the message. */
static bool waits_for_operator(const struct transaction *t)
{
	for (size_t i = 0; i < t->envelope->count; i++)
		if (t->envelope->recipients[i].is_delivered)
			return false;
	return !t->is_in_doubt && first_for_operator(t->envelope);
}

bool transaction_blames_route(const struct transaction *t, const struct err *err)
{
	if (!is_refused(t) && !envelope_first_failure(t->envelope))
		return err_fate(err->kind) != FATE_FAIL;
	return err_needs_operator(t->mail.kind) || err_needs_operator(t->data.kind) ||
	       waits_for_operator(t);
}
