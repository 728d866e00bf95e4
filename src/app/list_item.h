/* list_item.h - how a message of the queue is shown: to a person; pure */
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

/* The name of a state, for programs and people: a word of English. */
const char *list_item_state_name(enum list_state state);

/*
 * Why a message is held, in English for programs, from its attempts or its last note. The caller
 * frees it.
 */
char *list_item_hold_reason(const struct list_item *item) MUST_USE;

/* What all messages of a list come to. Begins as zeros. */
struct list_totals {
	size_t counts[LIST_STATES];
	size_t count;
	uint64_t size;    /* octets of all messages */
	int64_t next_try; /* the earliest of those that wait */
};

/* Appends what a person reads about a message: some lines of up to 80 columns where that is
 * possible. */
void list_item_add_text(struct str *out, const struct list_item *item, int64_t now);

/* Counts a message. */
void list_item_count(struct list_totals *totals, const struct list_item *item);

/* Appends what stands below the list: for a terminal a summary, then sendmail's last line. */
void list_item_add_totals(struct str *out, const struct list_totals *totals, bool is_terminal,
			  int64_t now);

/* Appends all that is known of a message, in lines of a name and a value. */
void list_item_add_details(struct str *out, const struct list_item *item, int64_t now);
