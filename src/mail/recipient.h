/* recipient.h - a recipient of a message, its status and its result */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/* Fate of a message for one recipient. The queue's files store these characters. */
enum recipient_status {
	STATUS_PENDING = '.',
	STATUS_DOUBT = '?', /* the message was sent, its final reply is not known */
	STATUS_DONE = 'D',
	STATUS_REFUSED = 'f', /* failed; on_failure has not run, the sender was not notified */
	STATUS_COMMAND = 'c', /* failed; on_failure was started, the sender was not notified */
	STATUS_FAILED = 'F',  /* failed; the sender was notified, or is not to be */
};

/*
 * `address` has passed address_check(). `notify` and `orcpt` are the parameters of RFC 3461 (NULL:
 * none). A transaction sets the other members: `is_accepted` by the reply to RCPT, `is_delivered`
 * by the final reply to the message, `err` to the reason of a refusal.
 */
struct recipient {
	char *address;
	char *notify;
	char *orcpt;
	enum recipient_status status;
	bool is_accepted;
	bool is_delivered;
	struct err err;
};

void recipient_done(struct recipient *recipient);
/* Whether the message still has to be sent to the recipient: it is pending or in doubt. */
bool recipient_is_open(const struct recipient *recipient);
