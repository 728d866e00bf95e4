/* settle.h - the fate of a message after an attempt: sent, waiting, failed or held */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "deliver/attempt.h"
#include "queue/entry.h"

/* The fate of a message after an attempt, or after an attempt that could not begin. */
enum settled {
	SETTLED_SENT,   /* every recipient has it; removed from the queue */
	SETTLED_WAITS,  /* tried again later */
	SETTLED_FAILED, /* a recipient failed; a copy is in failed/, and the sender was told */
	SETTLED_HELD,   /* waits for a decision of the user */
};

/*
 * Writes down the result of an attempt; `reason` is ERR_NONE if every recipient got the message.
 * The first system call after the relay's verdict removes a message that all recipients have, or
 * writes the status of each recipient, which is synced. Then follow the time of the next try,
 * expiry, bounces, and the move to another folder. Unless the attempt is_lasting, the caller has to
 * call spool_sync.
 */
enum settled settle_attempt(struct attempt *attempt, const struct settings *settings,
			    const struct err *reason);
/* The same for a message that was stopped before a transaction; this counts as an attempt. */
enum settled settle_untried(struct entry *entry, const struct settings *settings,
			    const struct err *reason, bool is_route);
/* The same for a message without open recipients that an earlier process did not move away. */
enum settled settle_left_over(struct entry *entry, const struct settings *settings);

/* Undoes the attempt: the message goes first on the next session. */
void settle_put_back(struct attempt *attempt);

/*
 * A password that only this process has is lost when the message is queued. In that case, adds this
 * to the front of the reason why the message is queued (ERR_NONE: no attempt was made), and writes
 * the reason into the file.
 */
void settle_explain_kept(struct entry *entry, const struct settings *settings, struct err *reason);

/* Bounces recipients that have failed, if an earlier process ended before it could. */
void settle_tell(struct entry *entry, const struct settings *settings);

/*
 * Whether a notice may be sent; true for any other message. The record of the message that the
 * notice is about must say that the notice exists. If an earlier process could not write this, it
 * is written now. Otherwise a second notice would be made after this one was sent and removed.
 */
bool settle_may_send_notice(const struct entry *notice, const struct account *account) MUST_USE;

/* Writes the status and the progress of a message that stays in the queue. */
void settle_save(struct entry *entry);

/*
 * Moves a message to hold/ and reports it: it has crashed mailchute, or ended in doubt, too often.
 */
void settle_hold(struct entry *entry);
