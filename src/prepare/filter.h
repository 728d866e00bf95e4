/* filter.h - the account's filter: a command that makes another message of a completed one */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "mail/message.h"
#include "queue/entry.h"

/*
 * Runs the filter of the settings, if there is one, over a completed message, and puts what it
 * prints in its place; the envelope stays. The command gets the message with lines ending LF on its
 * stdin, sender and recipients in its environment, and a minute. On failure the message is as it
 * was. ERR_INPUT: the command refuses the message (status 65); ERR_DEFER: it can't do it now (75);
 * ERR_CONFIG: it fails in another way, or prints no message; ERR_IO, ERR_SYSTEM.
 */
bool filter_message(struct message *message, const struct envelope *envelope,
		    const struct settings *settings, struct err *err) MUST_USE;

/*
 * The same for a message of the queue that has not gone through a filter, before an attempt to send
 * it: `out` (message_init has been called) gets what is to be sent, which is the entry's own where
 * the account has no filter, and the envelope in memory its facts; the file stays as it is. One
 * that was saved without a config is completed first. After ERR_INPUT the recipients are marked as
 * refused.
 */
bool filter_entry(struct entry *entry, const struct account *account, struct message *out,
		  struct err *err) MUST_USE;
