/* passage.h - one message through a session, with its marks on disk */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "deliver/attempt.h"

/*
 * Sends the message. Its recipients are marked as in doubt on disk just before the last byte
 * leaves. Removals of messages that were sent before it are made to last while the relay decides
 * on it. `next` (NULL: none) is what will be sent after it on this session; its commands may go in
 * the same write. Where the relay refuses an extension that it offers, the message is offered again
 * without that, and the route remembers it. False with the reason where any recipient did not get
 * it.
 */
bool passage_send(struct session *session, struct attempt *attempt, struct attempt *next,
		  bool is_last, struct err *err) MUST_USE;
