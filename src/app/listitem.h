/* listitem.h - how a message of the queue is shown: to a person, and as JSON; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/record.h"

/* What a message is doing. One that is damaged is never sent, and waits for a person. */
enum list_state { LIST_WAITING, LIST_SENDING, LIST_HELD, LIST_FAILED, LIST_DAMAGED, LIST_STATES };

/*
 * A message as it is shown. `notes` are the lines that its attempts left behind the trailer, oldest
 * first: seconds since 1970, a name of sysexits(3), a text. `damage` says what is wrong with a
 * damaged one, of whose record only the id can be relied on.
 */
struct list_item {
	const struct record *record;
	enum list_state state;
	const char *notes;
	const char *damage;
};

struct list_totals {
	size_t counts[LIST_STATES];
	size_t count;
	uint64_t size;    /* octets of all messages */
	int64_t next_try; /* the earliest of those that wait */
};

/* Appends what a person reads about a message: some lines of up to 80 columns where that is
 * possible. */
void list_add_text(struct str *out, const struct list_item *item, int64_t now);

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
void list_add_json(struct str *out, const struct list_item *item, int64_t now);

void list_count(struct list_totals *totals, const struct list_item *item);

/* Appends what stands below the list: for a terminal a summary, then sendmail's last line. */
void list_add_totals(struct str *out, const struct list_totals *totals, bool is_terminal,
		     int64_t now);

/* Appends all that is known of a message, in lines of a name and a value. */
void list_add_details(struct str *out, const struct list_item *item, int64_t now);
