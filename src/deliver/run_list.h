/* run_list.h - the messages that a run of the queue takes, in their order */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "deliver/closed_routes.h"
#include "deliver/route.h"
#include "queue/spool.h"

/*
 * Messages that were taken already, by their ids: runs with the same list try each only once.
 * Begins as zeros.
 */
struct run_tried {
	struct spool_ids ids;
	size_t known; /* those from earlier runs, in order */
};

/*
 * Which messages a run takes, but never one whose sender wants it to be sent later. Without
 * `ignores_schedule` only those that are due; `follows_success` adds those that only wait because
 * their relay could not be reached. The texts are
 * sendmail's -qI, -qS and -qR: part of the id, of the sender, of a recipient (NULL: any).
 */
struct run_choice {
	struct run_tried *tried;      /* NULL: none */
	struct closed_routes *closed; /* NULL: none */
	bool ignores_schedule;
	bool follows_success;
	bool shows_progress; /* on stderr */
	const char *id;
	const char *sender;
	const char *recipient;
};

/* A message that is taken; `goes_last` where the relay has hung up at it before. */
struct run_item {
	char id[RECORD_ID_LEN + 1];
	bool goes_last;
	struct route *route;
};

/*
 * What is taken, those of one route (see route_key) side by side, and there the oldest first; and
 * how many others wait.
 */
struct run_list {
	struct run_item *items;
	size_t count;
	size_t others;
	struct routes routes;
};

/*
 * Looks at every message. A damaged one is reported and set aside. One that the system does not let
 * us read now is reported and left out; `trouble` then gets the first of these errors. False if the
 * folder can't be read to its end, with the reason in `trouble` and nothing taken.
 */
bool run_list_init(struct run_list *list, struct spool *spool, const struct run_choice *choice,
		   struct err *trouble) MUST_USE;
void run_list_done(struct run_list *list);
void run_list_tried_done(struct run_tried *tried);

/* Where the messages of a route begin, `count` where there are none; where those at `first` end. */
size_t run_list_find(const struct run_list *list, const char *key);
size_t run_list_end(const struct run_list *list, size_t first);

/* Whether a message is due on the route with that key, but the one named; looks only at some. */
bool run_list_has_other(struct spool *spool, const char *key, const char *except_id);
