/* dsn_status.h - the part of a notice that programs read */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/envelope.h"
#include "mail/header.h"

#include <time.h>

enum dsn_kind {
	DSN_FAILED,  /* given up */
	DSN_DELAYED, /* still being tried */
};

/*
 * What a notice says; everything is borrowed. `to` and `from` have passed address_check. What makes
 * a notice must give it the same `message_id` ("<...@...>") each time, so derive that from `id`,
 * the queue's. `recipients` are the ones to report, each with its result. `envid` is the parameter
 * of RFC 3461, `relay` the name of the server that the codes are from (NULL: none). Of `original`
 * only the header goes back to the sender, whatever RET asked for, and of a very long one the
 * beginning. `is_unsendable` says that what is kept can only be looked at.
 */
struct dsn {
	enum dsn_kind kind;
	const char *to;
	const char *from;
	const char *host;
	const char *id;
	const char *message_id;
	time_t now;
	time_t created;
	time_t last_attempt; /* 0: none */
	time_t retry_until;  /* 0: not known; only for DSN_DELAYED */
	const char *envid;
	const char *relay;
	const struct recipient *const *recipients;
	size_t count;
	bool is_unsendable;
	const struct header *original;
};

/* Appends the fields of message/delivery-status, about the message and each recipient. RFC 3464. */
void dsn_status_add(const struct dsn *dsn, struct str *out);
