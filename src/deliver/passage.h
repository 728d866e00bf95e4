/* passage.h - one message through a session; recipients are marked on disk as in doubt */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "deliver/attempt.h"

/*
 * Sends the message on the session. Just before the last byte leaves, its recipients are marked on
 * disk as in doubt. While the relay decides on the message, the removal of messages that were sent
 * earlier is synced.
 *
 * `next` (NULL: none) is the message that is sent after this one on the session; its commands may
 * go in the same write as the end of this one. If the relay refuses an extension that it offers,
 * the message is offered again without that extension, and the route remembers it. False, with the
 * reason, if any recipient did not get the message.
 */
bool passage_send(struct session *session, struct attempt *attempt, struct attempt *next,
		  bool is_last, struct err *err) MUST_USE;
