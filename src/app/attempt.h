/* attempt.h - one attempt to send a message of the queue, and what becomes of the message then */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "conf/settings.h"
#include "queue/entry.h"
#include "smtp/transaction.h"

/*
 * An attempt. The entry is borrowed; its recipients get their new status in memory first, and by
 * attempt_settle on disk. `is_route` says that the relay as a whole was the trouble: the message
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

/*
 * Sends the message. Its recipients are marked as in doubt on disk just before the last byte
 * leaves. Removals of messages that were sent before it are made to last while the relay decides
 * on it. `next` (NULL: none) is what will be sent after it on this session; its commands may go in
 * the same write. Where the relay refuses an extension that it offers, the message is offered again
 * without that, and the route remembers it. False with the reason where any recipient did not get
 * it.
 */
bool attempt_send(struct session *session, struct attempt *attempt, struct attempt *next,
		  bool is_last, struct err *err) MUST_USE;

/* What a message is after an attempt, or after the attempt to begin one. */
enum settled {
	SETTLED_SENT,   /* all have it: it is out of the queue */
	SETTLED_WAITS,  /* it is tried again */
	SETTLED_FAILED, /* somebody never gets it: a copy is in failed/, and it was told */
	SETTLED_HELD,   /* it waits for a person */
};

/* What went wrong in an attempt, for attempt_settle; `reason` is ERR_NONE where nothing did. */
struct outcome {
	const struct err *reason;
	bool is_route;      /* the relay as a whole was the trouble */
	bool is_in_doubt;   /* it may have taken the message */
	int64_t not_before; /* when the next try makes sense; 0: as usual */
	bool is_lasting;    /* the removal of a sent message has to be made to last at once */
};

/*
 * Writes down what came of an attempt. The first call of the system after the relay's verdict
 * removes a message that all have, or writes the status of each recipient, which is made to last.
 * Then come the next try, expiry, who is told, and where the message is moved. Without `is_lasting`
 * the caller has a spool_sync to do.
 */
enum settled attempt_settle(struct entry *entry, const struct settings *settings,
			    const struct outcome *outcome);

/*
 * Where a message that is kept loses its password by that, as only this process has it: puts that
 * in front of the reason why it is kept (ERR_NONE: nothing was tried), and writes it into the file.
 */
void attempt_explain_kept(struct entry *entry, const struct settings *settings, struct err *reason);

/* Tells of recipients who have failed where an earlier process ended before it could. */
void attempt_tell(struct entry *entry, const struct settings *settings);

/*
 * Whether a notice may be sent (any other message may): the message that it is about must say that
 * there is a notice, which is done here where an earlier process could not. Else a second notice
 * would be made after this one was sent and removed.
 */
bool attempt_may_send_notice(const struct entry *notice, const struct account *account) MUST_USE;

/* Writes down the status and the progress of a message that stays in the queue. */
void attempt_save(struct entry *entry);

/* Moves a message to hold/ and says so: it has crashed us, or ended in doubt, too often. */
void attempt_hold(struct entry *entry);
