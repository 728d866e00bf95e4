/* due.h - the messages that a run of the queue takes, in their order */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "deliver/route.h"
#include "queue/entry.h"

/*
 * Messages that were taken already, by their ids: runs with the same list try each only once.
 * Begins as zeros.
 */
struct due_tried {
	struct spool_ids ids;
	size_t known; /* those from earlier runs, in order */
};

/*
 * Routes that have failed in a run over several queues, and why: they are not tried again for
 * another queue. Begins as zeros.
 */
struct closed_routes {
	struct closed_route *items;
	size_t count;
};

void closed_routes_done(struct closed_routes *routes);
void closed_routes_add(struct closed_routes *routes, const char *key, const struct err *reason);
/* Whether a route has failed; `reason` then says why. */
bool closed_routes_has(const struct closed_routes *routes, const char *key, struct err *reason);

/*
 * Which messages a run takes, but never one whose sender wants it to be sent later. Without
 * `ignores_schedule` only those that are due; `follows_success` adds those that only wait because
 * their relay could not be reached. The texts are
 * sendmail's -qI, -qS and -qR: part of the id, of the sender, of a recipient (NULL: any).
 */
struct run_choice {
	struct due_tried *tried;      /* NULL: none */
	struct closed_routes *closed; /* NULL: none */
	bool ignores_schedule;
	bool follows_success;
	bool shows_progress; /* on stderr */
	const char *id;
	const char *sender;
	const char *recipient;
};

/* A message that is taken; `goes_last` where the relay has hung up at it before. */
struct candidate {
	char id[RECORD_ID_LEN + 1];
	bool goes_last;
	struct route *route;
};

/*
 * What is taken, those of one route (see route_key) side by side, and there the oldest first; and
 * how many others wait.
 */
struct due {
	struct candidate *items;
	size_t count;
	size_t others;
	struct routes routes;
};

/*
 * Looks at every message. A damaged one is reported and set aside. One that the system does not let
 * us read now is reported and left out; `trouble` then gets the first of these errors. False if the
 * folder can't be read to its end, with the reason in `trouble` and nothing taken.
 */
bool due_init(struct due *due, struct spool *spool, const struct run_choice *choice,
	      struct err *trouble) MUST_USE;
void due_done(struct due *due);
void due_tried_done(struct due_tried *tried);

/* Where the messages of a route begin, `count` where there are none; where those at `first` end. */
size_t due_find(const struct due *due, const char *key);
size_t due_end(const struct due *due, size_t first);

/* Whether a message is due on the route with that key, but the one named; looks only at some. */
bool due_has(struct spool *spool, const char *key, const char *but_id);
