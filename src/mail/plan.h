/* plan.h - what has to change in a message before a relay takes it; pure but for reading it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/encoder.h"
#include "mail/message.h"

/* Extensions that a relay offers. */
enum relay_ability {
	RELAY_8BIT = 1 << 0, /* text beyond ASCII in lines, RFC 6152 */
	RELAY_UTF8 = 1 << 1, /* UTF-8 in header fields, RFC 6532 */
};

/* What takes the place of the bytes from `from` to `to`: a text, or the same bytes encoded. */
struct plan_edit {
	uint64_t from;
	uint64_t to;
	struct str text;
	struct encoder encoder;
	bool is_encoded;
	bool ends_line; /* it is the end of the message, which has to be that of a line */
};

/* The edits of a message (borrowed), in order. `is_utf8`: the relay must be told of UTF-8 in a
 * header. */
struct plan {
	const struct message *message;
	struct plan_edit *edits;
	size_t count;
	bool is_utf8;
};

/*
 * Plans the edits for a relay with these abilities. plan_close is needed in any case. ERR_INPUT:
 * the message can't be sent to such a relay; ERR_IO.
 */
bool plan_open(struct plan *plan, const struct message *message, unsigned abilities,
	       struct err *err) MUST_USE;
void plan_close(struct plan *plan);
