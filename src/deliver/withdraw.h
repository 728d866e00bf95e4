/* withdraw.h - taking a message back when its sender is interrupted, or runs out of memory */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/entry.h"

/*
 * What becomes of the message in the queue when the process ends before its result is known. None
 * of it needs memory. The entry must not move. A forked child does not touch the message.
 *
 * From withdraw_on_signal on, every signal that ends a process, and the lack of memory (exit status
 * 75), first removes the message from the queue. It may not be there yet. A signal that our caller
 * made us ignore stays ignored, and one that is caught already is left to its handler.
 *
 * After withdraw_keep or withdraw_disarm the message stays. A signal just ends the process. The
 * lack of memory says "queued as ID" and ends it with the given status, or with 75 where the
 * message is not in the queue.
 */
void withdraw_on_signal(const struct entry *entry, int queued_status);
void withdraw_keep(const struct entry *entry, int queued_status);

/* Only the lack of memory removes the message, as our client is not answered then. */
void withdraw_unanswered(const struct entry *entry);

/* The relay may have the message. Without one of the calls above this only lets signals in. */
void withdraw_disarm(void);
/* The relay has refused it: what holds is what held before withdraw_disarm. */
void withdraw_rearm(void);

/* The message is not in the queue: nothing is taken back. */
void withdraw_nothing(void);

/* The outcome is known, and is being written down: signals that end a process have to wait. */
void withdraw_block(void);

/*
 * Lack of memory from now on: some recipients have the message, so that the status is 0 wherever
 * the message is; all of them have it, so that it is removed as well; or the status is this one.
 */
void withdraw_served(bool is_for_all);
void withdraw_decided(int status);
