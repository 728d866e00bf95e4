/* dsn_status.h - the machine-readable part of a DSN */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/envelope.h"
#include "mail/header.h"

#include <time.h>

enum dsn_kind {
	DSN_FAILED,  /* expired or rejected */
	DSN_DELAYED, /* still being tried */
};

/*
 * The content of a DSN; everything is borrowed. `to` and `from` have passed address_check. `id` is
 * the id in the queue. A repeated DSN must have the same `message_id` ("<...@...>"), so derive it
 * from `id`. `recipients` are the ones to report, each with its result. `envid` is the parameter of
 * RFC 3461. `relay` is the name of the server that sent the reply codes (NULL: none). Only the
 * header of `original` is returned to the sender, whatever RET asked for, and of a very long header
 * only the first part. `is_unsendable`: the kept copy can be shown, not sent.
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

/* Appends the fields of message/delivery-status about the message and each recipient. RFC 3464. */
void dsn_status_add(const struct dsn *dsn, struct str *out);
