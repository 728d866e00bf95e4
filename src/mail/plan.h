/* plan.h - changes that a message needs before a relay accepts it; reads the message */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/encoder.h"
#include "mail/message.h"

/* Extensions that a relay offers. */
enum relay_ability {
	RELAY_8BIT = 1 << 0, /* body text beyond ASCII, RFC 6152 */
	RELAY_UTF8 = 1 << 1, /* UTF-8 in header fields, RFC 6532 */
};

/* The replacement of the bytes from `from` to `to`: a text, or the same bytes encoded. */
struct plan_edit {
	uint64_t from;
	uint64_t to;
	struct str text;
	struct encoder encoder;
	bool is_encoded;
	bool ends_line; /* at the end of the message, which must end a line */
};

/*
 * The edits of a message (borrowed), in order. `is_utf8`: a header has UTF-8, so that MAIL needs
 * SMTPUTF8.
 */
struct plan {
	const struct message *message;
	struct plan_edit *edits;
	size_t count;
	bool is_utf8;
};

/*
 * Plans the edits for a relay with these abilities. plan_close() is needed in any case. ERR_INPUT:
 * the message can't be sent to such a relay; ERR_IO.
 */
bool plan_open(struct plan *plan, const struct message *message, unsigned abilities,
	       struct err *err) MUST_USE;
void plan_close(struct plan *plan);
