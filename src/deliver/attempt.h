/* attempt.h - one attempt to send a message of the queue: its message, transaction, envelope */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "conf/settings.h"
#include "queue/entry.h"
#include "smtp/transaction.h"

/*
 * An attempt: its options, set by the caller after attempt_init, and its results. The entry is
 * borrowed; its recipients get their new status in memory first, and by settle_attempt on disk.
 */
struct attempt {
	struct entry *entry;
	struct message message;
	struct transaction transaction;
	struct str before; /* the recipients' status before this attempt */

	bool is_unsaved;    /* there is no file in the queue to write to */
	bool is_waited_for; /* a caller gets the result, so that the file can be done without */
	bool is_lasting;    /* the removal of a sent message is synced at once */

	bool is_begun;          /* the record counts it */
	bool is_route;          /* the relay as a whole was the trouble: the message is as it was */
	bool wants_new_session; /* another session would avoid the trouble */
	int64_t not_before;     /* when the next try makes sense; 0: by the schedule */
};

/* `message` is borrowed; NULL: the entry's. */
void attempt_init(struct attempt *attempt, struct entry *entry, const struct message *message,
		  enum tolerance tolerance);
void attempt_done(struct attempt *attempt);

/*
 * Lets the account complete in memory what is not in the file: sender, aliases and domain of a
 * message that was saved without a config, and the sender of one whose null sender is not taken.
 */
void attempt_adopt(struct entry *entry, const struct account *account);
