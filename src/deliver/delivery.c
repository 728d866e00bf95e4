/* delivery.c - one message on a session of its own: opened, sent, closed */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/delivery.h"

#include "base/log.h"
#include "conf/secret.h"
#include "deliver/passage.h"
#include "deliver/reach.h"

void delivery_init(struct delivery *delivery, struct entry *entry, const struct message *message,
		   struct account *account, enum tolerance tolerance)
{
	delivery->account = account;
	delivery->login = LOGIN_ALONE;
	delivery->is_open = false;
	attempt_init(&delivery->attempt, entry, message, tolerance);
	delivery->attempt.is_lasting = true;
}

static void close_session(struct delivery *delivery)
{
	if (delivery->is_open)
		session_close(&delivery->session);
	delivery->is_open = false;
}

void delivery_done(struct delivery *delivery)
{
	close_session(delivery);
	attempt_done(&delivery->attempt);
}

bool delivery_open(struct delivery *delivery, struct err *err)
{
	struct settings *settings = &delivery->account->settings;
	struct session *session = &delivery->session;

	delivery->is_open =
		reach_open(session, delivery->attempt.entry->spool, settings, delivery->login, err);
	delivery->attempt.is_route = !delivery->is_open;
	/* A second session is opened only where CHUNKING fails. */
	if (!delivery->is_open || !(session->client.can.has & CAP_CHUNKING))
		secret_forget(settings);
	return delivery->is_open;
}

static bool send_anew(struct delivery *delivery, bool is_last, struct err *err)
{
	log_debug("%s", err->text);
	err_done(err);
	close_session(delivery);
	delivery->attempt.wants_new_session = false;
	return delivery_open(delivery, err) &&
	       passage_send(&delivery->session, &delivery->attempt, NULL, is_last, err);
}

bool delivery_send(struct delivery *delivery, bool is_last, struct err *err)
{
	bool is_sent = passage_send(&delivery->session, &delivery->attempt, NULL, is_last, err);

	if (delivery->attempt.wants_new_session)
		is_sent = send_anew(delivery, is_last, err);
	secret_forget(&delivery->account->settings);
	return is_sent;
}
