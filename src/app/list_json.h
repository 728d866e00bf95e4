/* list_json.h - showing a message of the queue as JSON; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/list_item.h"

/*
 * Appends one JSON object in one line of ASCII. The keys are an interface and do not change:
 *
 *	id           text
 *	state        "waiting", "sending", "held", "failed" or "damaged"
 *	created, expires, next_try, not_before
 *	             seconds since 1970; next_try is null unless the message is waiting, and
 *	             not_before is null unless the sender asked for a later time
 *	age          seconds
 *	size         octets of the message
 *	sender       text, "" for the null sender
 *	recipients   array of objects: address, and state: "pending", "in doubt", "done" or "failed"
 *	attempts     the number of attempts that have ended
 *	last         null, or an object about the last event: time, status (a name of sysexits(3)),
 *	             text (the error, with the server's reply)
 *	account, config_file
 *	             text, or null if none was named
 *	uid          of the user that submitted the message
 *
 * A damaged message has id, state and problem (a text) only.
 */
void list_json_add(struct str *out, const struct list_item *item, int64_t now);
