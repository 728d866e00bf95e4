/* plan.h - what has to change in a message before a relay takes it; pure but for reading it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/encoding.h"
#include "mail/wire.h"

/* What takes the place of the bytes from `from` to `to`: a text, or the same bytes encoded. */
struct wire_edit {
	uint64_t from;
	uint64_t to;
	struct str text;
	struct encoder encoder;
	bool is_encoded;
	bool ends_line; /* it is the end of the message, which has to be that of a line */
};

/*
 * Fills in the edits of a wire, in order, and whether the relay has to be told of UTF-8 in a
 * header. ERR_INPUT: the message can't be sent to a relay with these abilities; ERR_IO.
 */
bool plan_edits(struct wire *wire, unsigned abilities, struct err *err) MUST_USE;
