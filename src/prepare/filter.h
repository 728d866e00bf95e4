/* filter.h - the account's filter, a command that changes a message before it is sent */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "mail/message.h"
#include "queue/entry.h"

/*
 * Runs the filter of the settings, if there is one, over a completed message. The output of the
 * command replaces the message; the envelope stays. The command reads the message with LF line ends
 * on stdin, finds sender and recipients in its environment, and has a minute. On failure the
 * message stays as it was. ERR_INPUT: the command rejects the message (status 65). ERR_DEFER: the
 * command can't do it now (75). ERR_CONFIG: the command fails in another way, or prints no message.
 * ERR_IO, ERR_SYSTEM.
 */
bool filter_message(struct message *message, const struct envelope *envelope,
		    const struct settings *settings, struct err *err) MUST_USE;

/*
 * The same for a message of the queue, before an attempt to send it. `out`, for which message_init
 * has been called, gets the message to send: the entry's own if no filter is due. The envelope in
 * memory gets the size and properties of `out`; the file stays as it is. A message that was saved
 * without a config is completed first. After ERR_INPUT the recipients are marked as refused.
 */
bool filter_entry(struct entry *entry, const struct account *account, struct message *out,
		  struct err *err) MUST_USE;
