/* withdraw.h - removing a message from the queue when its sender is killed or lacks memory */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/entry.h"

/*
 * The fate of the queued message when the process ends before the result is known. None of these
 * functions needs memory. The entry must not move. A forked child does not touch the message.
 *
 * After withdraw_on_signal, a signal that ends a process, or a lack of memory (exit status 75),
 * first removes the message from the queue. The message need not be there yet. A signal that the
 * caller of mailchute made it ignore stays ignored, and a signal with a handler keeps its handler.
 *
 * After withdraw_keep or withdraw_disarm the message stays. A signal ends the process as usual. A
 * lack of memory prints "queued as ID" and ends the process with the given status, or with 75 if
 * the message is not in the queue.
 */
void withdraw_on_signal(const struct entry *entry, int queued_status);
void withdraw_keep(const struct entry *entry, int queued_status);

/* Only a lack of memory removes the message, because the client then gets no reply. */
void withdraw_unanswered(const struct entry *entry);

/*
 * The relay may have the message. Without a call of the functions above, this only unblocks
 * signals.
 */
void withdraw_disarm(void);
/* The relay has refused the message: the state before withdraw_disarm holds again. */
void withdraw_rearm(void);

/* The message is not in the queue: nothing is removed. */
void withdraw_nothing(void);

/* The outcome is known and is being written: blocks the signals that end a process. */
void withdraw_block(void);

/*
 * Set the result of a lack of memory from now on. withdraw_served: some recipients have the
 * message, so the status is 0; if all of them have it, it is removed too. withdraw_decided: the
 * status is the given one.
 */
void withdraw_served(bool is_for_all);
void withdraw_decided(int status);
