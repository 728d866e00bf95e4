/* run_list.h - the messages that a run of the queue takes, in their order */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "deliver/closed_routes.h"
#include "deliver/route.h"
#include "queue/spool.h"

/*
 * Ids of messages that earlier runs have taken. Runs that share the list try each message only
 * once. Begins as zeros.
 */
struct run_tried {
	struct spool_ids ids;
	size_t known; /* the ids of earlier runs, which are sorted */
};

/*
 * The messages that a run takes: those that are due, with `ignores_schedule` all. `follows_success`
 * adds those that wait only because their relay could not be reached. A message
 * whose sender wants it to be sent later is never taken before that time. `id`, `sender` and
 * `recipient` are the texts of sendmail's -qI, -qS and -qR: a part of the id, of the sender, or of
 * the address of an open recipient (NULL: any).
 */
struct run_choice {
	struct run_tried *tried;      /* NULL: none */
	struct closed_routes *closed; /* NULL: none */
	bool ignores_schedule;
	bool follows_success;
	bool shows_progress; /* the run prints its progress on stderr */
	const char *id;
	const char *sender;
	const char *recipient;
};

/* A message that the run takes. `goes_last`: the relay has hung up at it before. */
struct run_item {
	char id[RECORD_ID_LEN + 1];
	bool goes_last;
	struct route *route;
};

/*
 * The messages that a run takes, grouped by route (see route_key). In a group the oldest comes
 * first. `others` counts the messages that are not taken.
 */
struct run_list {
	struct run_item *items;
	size_t count;
	size_t others;
	struct routes routes;
};

/*
 * Looks at every message of the queue. A damaged message is reported and set aside. A message that
 * the system cannot read now is reported and left out; `trouble` gets the first of these errors.
 * False: the folder cannot be read to its end. Then `trouble` has the reason, and the list is
 * empty.
 */
bool run_list_init(struct run_list *list, struct spool *spool, const struct run_choice *choice,
		   struct err *trouble) MUST_USE;
void run_list_done(struct run_list *list);
void run_list_tried_done(struct run_tried *tried);

/* The place of the first message of a route; `count` if there is none. */
size_t run_list_find(const struct run_list *list, const char *key);
size_t run_list_end(const struct run_list *list, size_t first);

/*
 * Whether a message other than `except_id` can be sent on the route with that key. Looks at a
 * limited number of messages.
 */
bool run_list_has_other(struct spool *spool, const char *key, const char *except_id);
