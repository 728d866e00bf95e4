/* list_json.h - a message of the queue as JSON; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/list_item.h"

/*
 * Appends one JSON object in one line of ASCII. Its keys, which stay as they are:
 *
 *	id           text
 *	state        "waiting", "sending", "held", "failed" or "damaged"
 *	created, expires, next_try, not_before
 *	             seconds since 1970; next_try is null unless it is waiting, and not_before
 *	             unless its sender wanted it to be sent later
 *	age          seconds
 *	size         octets of the message
 *	sender       text, "" for the null sender
 *	recipients   array of objects: address, and state: "pending", "in doubt", "done" or "failed"
 *	attempts     how many have ended
 *	last         null, or an object about the last thing that happened: time, status (a name
 *	             of sysexits(3)), text (what went wrong, the server's reply in it)
 *	account, config_file
 *	             text, or null where none was named
 *	uid          of whoever gave it in
 *
 * Of a damaged one there are id, state and problem (a text).
 */
void list_json_add(struct str *out, const struct list_item *item, int64_t now);
