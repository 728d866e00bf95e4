/* attempt.h - one attempt to send a message of the queue: its options and its results */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "conf/settings.h"
#include "queue/entry.h"
#include "smtp/transaction.h"

/*
 * An attempt and its result. The caller sets the options after attempt_init. The entry is borrowed.
 * Its recipients get their new status in memory first; settle_attempt writes it to disk.
 */
struct attempt {
	struct entry *entry;
	struct message message;
	struct transaction transaction;
	struct str before; /* the status bytes of the recipients before this attempt */

	bool is_unsaved;    /* the queue has no file to write to */
	bool is_waited_for; /* a caller waits for the result: the message may be sent without its
			       file */
	bool is_lasting;    /* the removal of a sent message is synced at once */

	bool is_begun; /* the attempt is counted in the record */
	bool is_route; /* the relay as a whole was the trouble: the message stays as it was */
	bool wants_new_session; /* the message should be sent again on another session */
	int64_t not_before;     /* time of the next try; 0: by the schedule */
};

/* `message` is borrowed; NULL means the message of the entry. */
void attempt_init(struct attempt *attempt, struct entry *entry, const struct message *message,
		  enum tolerance tolerance);
void attempt_done(struct attempt *attempt);

/*
 * Completes in memory what the file lacks, by the settings of the account: sender, aliases and
 * domain of a message that was saved without a config. A null sender that the relay has refused
 * becomes the sender of the account.
 */
void attempt_adopt(struct entry *entry, const struct account *account);
