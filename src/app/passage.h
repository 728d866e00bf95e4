/* passage.h - one message through a session, with its marks on disk */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/attempt.h"

/*
 * The transaction of an attempt, from its offer to the verdict; see attempt_send. The recipients
 * are marked as in doubt on disk just before the last byte of each content that is sent, and no
 * more when that was refused and the message is offered again in another way.
 */
bool passage_make(struct session *session, struct attempt *attempt, struct transaction *following,
		  bool is_last, struct err *err) MUST_USE;

/* Whether the relay has accepted a recipient, or may do so together with the message. */
bool passage_may_reach(const struct transaction *transaction, const struct recipient *recipient);
