/* attempt.h - one attempt to send a message of the queue: its message, transaction, envelope */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "conf/settings.h"
#include "queue/entry.h"
#include "smtp/transaction.h"

/*
 * An attempt. The entry is borrowed; its recipients get their new status in memory first, and by
 * settle_entry on disk. `is_route` says that the relay as a whole was the trouble: the message
 * is then as it was; with `wants_new_session` another session would do without what the trouble
 * was. `is_unsaved` says that there is no file in the queue to write to, and
 * `is_waited_for` that a caller gets the result, so that it can be done without.
 */
struct attempt {
	struct entry *entry;
	struct message message;
	struct transaction transaction;
	struct str before; /* the recipients' status before this attempt */
	bool is_route;
	bool wants_new_session;
	bool is_unsaved;
	bool is_waited_for;
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
