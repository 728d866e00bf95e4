/* delivery.h - one message on a session of its own: opened, sent, closed */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "deliver/attempt.h"
#include "smtp/session.h"

/*
 * A delivery. Entry, message and account are borrowed. The options of `attempt` are the caller's;
 * what came of it is written down by settle_attempt. The account's secret is wiped as soon as no
 * other session can need it.
 */
struct delivery {
	struct attempt attempt;
	struct account *account;
	enum login login;
	struct session session;
	bool is_open; /* the session is */
};

/* `message`: NULL for the entry's own. */
void delivery_init(struct delivery *delivery, struct entry *entry, const struct message *message,
		   struct account *account, enum tolerance tolerance);
void delivery_done(struct delivery *delivery);

/* Opens the session, see reach_open. A failure is the route's. The errors of session_open. */
bool delivery_open(struct delivery *delivery, struct err *err) MUST_USE;

/*
 * Sends the message on the open session, see passage_send. If the relay takes a chunk for commands,
 * the message is sent again without CHUNKING, on another session.
 */
bool delivery_send(struct delivery *delivery, bool is_last, struct err *err) MUST_USE;
