/* settle.h - what becomes of a message after an attempt: sent, waiting, failed or held */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "deliver/attempt.h"
#include "queue/entry.h"

/* What a message is after an attempt, or after the attempt to begin one. */
enum settled {
	SETTLED_SENT,   /* all have it: it is out of the queue */
	SETTLED_WAITS,  /* it is tried again */
	SETTLED_FAILED, /* somebody never gets it: a copy is in failed/, and it was told */
	SETTLED_HELD,   /* it waits for a person */
};

/*
 * Writes down what came of an attempt; `reason` is ERR_NONE where every recipient got the message.
 * The first system call after the relay's verdict removes a message that all recipients have, or
 * writes the status of each recipient, which is synced. Then come the next try, expiry, notices,
 * and the folder that the message moves to. Unless the attempt is_lasting, the caller has a
 * spool_sync to do.
 */
enum settled settle_attempt(struct attempt *attempt, const struct settings *settings,
			    const struct err *reason);
/* The same for a message that was stopped before a transaction; it counts as an attempt. */
enum settled settle_untried(struct entry *entry, const struct settings *settings,
			    const struct err *reason, bool is_route);
/* The same for a message without open recipients, which an earlier process did not move away. */
enum settled settle_left_over(struct entry *entry, const struct settings *settings);

/* Leaves the message as if the attempt had not been made: it goes first on the next session. */
void settle_put_back(struct attempt *attempt);

/*
 * Where a message that is kept loses its password by that, as only this process has it: puts that
 * in front of the reason why it is kept (ERR_NONE: nothing was tried), and writes it into the file.
 */
void settle_explain_kept(struct entry *entry, const struct settings *settings, struct err *reason);

/* Tells of recipients who have failed where an earlier process ended before it could. */
void settle_tell(struct entry *entry, const struct settings *settings);

/*
 * Whether a notice may be sent (any other message may): the message that it is about must say that
 * there is a notice, which is done here where an earlier process could not. Else a second notice
 * would be made after this one was sent and removed.
 */
bool settle_may_send_notice(const struct entry *notice, const struct account *account) MUST_USE;

/* Writes down the status and the progress of a message that stays in the queue. */
void settle_save(struct entry *entry);

/* Moves a message to hold/ and says so: it has crashed us, or ended in doubt, too often. */
void settle_hold(struct entry *entry);
