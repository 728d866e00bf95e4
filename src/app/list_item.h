/* list_item.h - showing a message of the queue to a person; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/record.h"

/* The state of a message. A damaged message is never sent, and waits for a person. */
enum list_state { LIST_WAITING, LIST_SENDING, LIST_HELD, LIST_FAILED, LIST_DAMAGED, LIST_STATES };

/*
 * A message as it is shown. `notes` are the lines that attempts appended after the trailer, oldest
 * first: seconds since 1970, a name of sysexits(3), a text. `damage` is the error of a damaged
 * message; only the id of its record is reliable.
 */
struct list_item {
	const struct record *record;
	enum list_state state;
	const char *notes;
	const char *damage;
};

/* The English name of a state, for people and for programs. Never translated. */
const char *list_item_state_name(enum list_state state);

/*
 * The reason why a message is held, in English for programs. Comes from the attempts or the last
 * note. The caller frees it.
 */
char *list_item_hold_reason(const struct list_item *item) MUST_USE;

/* The sums over all messages of a list. Begins as zeros. */
struct list_totals {
	size_t counts[LIST_STATES];
	size_t count;
	uint64_t size;    /* octets of all messages */
	int64_t next_try; /* the earliest of the waiting messages */
};

/* Appends the lines that a person reads about a message, up to 80 columns wide where possible. */
void list_item_add_text(struct str *out, const struct list_item *item, int64_t now);

/* Adds a message to the sums. */
void list_item_count(struct list_totals *totals, const struct list_item *item);

/* Appends the end of the list: a summary for a terminal, then sendmail's last line. */
void list_item_add_totals(struct str *out, const struct list_totals *totals, bool is_terminal,
			  int64_t now);

/* Appends all properties of a message, one a line, as name and value. */
void list_item_add_details(struct str *out, const struct list_item *item, int64_t now);
