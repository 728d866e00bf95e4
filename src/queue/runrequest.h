/* runrequest.h - requests to the process that is already running the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "queue/spool.h"

/*
 * A process that finds the run lock taken leaves a request, and tries the lock once more. The
 * process with the lock takes the requests when it begins a round, and looks for new ones after it
 * has released the lock. So one of the two sees the request, or a later run does.
 *
 * A request is an empty file in the folder of the queue; its name is the whole content. So equal
 * requests are one file, and a request cannot be read in part. Names begin with "request.", and
 * with "running." from the moment a run has taken them until it has finished them. The next run
 * takes again those that a killed run has left.
 */
enum { RUNREQUESTS_MAX = 64 };

/* The messages that the run should take; NULL: any. The texts lie in `own`, if it is set. */
struct runrequest {
	bool ignores_schedule;
	const char *id;
	const char *sender;
	const char *recipient;
	char *own;
};

void runrequest_done(struct runrequest *request);
bool runrequest_is_same(const struct runrequest *a, const struct runrequest *b);

/* The form of a request in a file name; pure. Reading accepts only what runrequest_add makes. */
void runrequest_add(struct str *out, const struct runrequest *request);
bool runrequest_read(struct runrequest *request, const char *form) MUST_USE;

/*
 * Leaves a request. ERR_DEFER: its texts are too long for a name, or RUNREQUESTS_MAX different
 * ones wait. ERR_SYSTEM, ERR_IO.
 */
bool runrequest_leave(struct spool *spool, const struct runrequest *request,
		      struct err *err) MUST_USE;

/* Requests that a run has taken. */
struct runrequests {
	struct runrequest *items;
	size_t count;
};

/*
 * Takes all requests; the caller has the run lock. Begins with an empty list, which the caller
 * passes to runrequests_done in any case. ERR_IO: some may not have been taken.
 */
bool runrequests_take(struct spool *spool, struct runrequests *requests, struct err *err) MUST_USE;
/* Removes the files of finished requests. ERR_IO: a later run does some of them again. */
bool runrequests_finish(struct spool *spool, const struct runrequests *requests,
			struct err *err) MUST_USE;
void runrequests_done(struct runrequests *requests);

/* Whether there are requests that no run has taken; needs no lock. ERR_IO. */
bool runrequests_find(struct spool *spool, bool *has_any, struct err *err) MUST_USE;
