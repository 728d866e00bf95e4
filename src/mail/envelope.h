/* envelope.h - sender and recipients, each with room for its result */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <stdint.h>

/*
 * A recipient. `err` is its result: while the kind is ERR_NONE and `is_accepted` is false nothing is
 * known yet. Whoever puts an address in has checked it (address_check).
 */
struct recipient {
	char *address;
	bool is_accepted;
	struct err err;
};

/*
 * The envelope of one message, and what became of it. `sender` is "" for the null sender. `notify`
 * and `dsn_return` are the parameters NOTIFY and RET of RFC 3461 in upper case (NULL: none). `size`
 * is the message's in octets as RFC 1870 counts them. `reply_code` and `reply` hold the server's
 * verdict on it, made printable.
 */
struct envelope {
	char *sender;
	struct recipient *recipients;
	size_t count;
	char *notify;
	const char *dsn_return;
	uint64_t size;
	bool is_8bit;
	int reply_code;
	char *reply;
};

void envelope_init(struct envelope *envelope);
void envelope_done(struct envelope *envelope);

/* Takes the address over. */
void envelope_add(struct envelope *envelope, char *address);

/* The first recipient that was not accepted, or NULL. */
const struct recipient *envelope_first_failure(const struct envelope *envelope);
size_t envelope_count_accepted(const struct envelope *envelope);
/* Whether an address needs SMTPUTF8. RFC 6531. */
bool envelope_has_utf8(const struct envelope *envelope);
