/* notice.h - delivery status notifications */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/envelope.h"
#include "mail/header.h"

#include <time.h>

enum notice_kind {
	NOTICE_FAILED,  /* given up */
	NOTICE_DELAYED, /* still being tried */
};

/*
 * What a notice says; everything is borrowed. `to` and `from` have passed address_check. What makes
 * a notice must give it the same `message_id` ("<...@...>") each time, so derive that from `id`,
 * the queue's. `recipients` are the ones to report, each with its result. `envid` is the parameter
 * of RFC 3461, `relay` the name of the server that the codes are from (NULL: none). Of `original`
 * only the header goes back to the sender, whatever RET asked for, and of a very long one the
 * beginning. `is_unsendable` says that what is kept can only be looked at.
 */
struct notice {
	enum notice_kind kind;
	const char *to;
	const char *from;
	const char *host;
	const char *id;
	const char *message_id;
	time_t now;
	time_t created;
	time_t last_attempt; /* 0: none */
	time_t retry_until;  /* 0: not known; only for NOTICE_DELAYED */
	const char *envid;
	const char *relay;
	const struct recipient *const *recipients;
	size_t count;
	bool is_unsendable;
	const struct header *original;
};

/*
 * Appends the notice as a whole message, RFC 3464 in RFC 6522, to be sent with the null sender. The
 * same notice gives the same bytes. Its lines end CRLF and are ASCII; only `to` and `from` stay as
 * they are, which are beyond ASCII where the message itself took SMTPUTF8.
 */
void notice_add(const struct notice *notice, struct str *out);
