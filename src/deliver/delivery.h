/* delivery.h - one message on a session of its own: opened, sent, closed */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "deliver/attempt.h"
#include "smtp/session.h"

/*
 * A message with a session of its own. Entry, message and account are borrowed. The caller sets the
 * options of `attempt`, and writes the result down by settle_attempt. The account's secret is wiped
 * as soon as no other session can need it.
 */
struct delivery {
	struct attempt attempt;
	struct account *account;
	enum login login;
	struct session session;
	bool is_open; /* the session is open */
};

/* `message`: NULL for the message of the entry. */
void delivery_init(struct delivery *delivery, struct entry *entry, const struct message *message,
		   struct account *account, enum tolerance tolerance);
void delivery_done(struct delivery *delivery);

/*
 * Opens the session by reach_open. On failure the attempt blames the route. The errors of
 * session_open.
 */
bool delivery_open(struct delivery *delivery, struct err *err) MUST_USE;

/*
 * Sends the message on the open session by passage_send. If CHUNKING fails with this relay, the
 * message is sent again on another session, without CHUNKING.
 */
bool delivery_send(struct delivery *delivery, bool is_last, struct err *err) MUST_USE;
