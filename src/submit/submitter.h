/* submitter.h - the user at the other end of a session: identity, limits, bounce address */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/usage.h"
#include "submit/job.h"

enum {
	SUBMITTER_MESSAGES_MAX = 1000,
	SUBMITTER_MEGABYTES_MAX = 1000,
	SUBMITTER_SESSIONS_MAX = 8,
	SUBMITTER_SECONDS_MAX = 10 * 60, /* limit of a session */
	SUBMITTER_OCTETS_MIN = 1000,     /* least content a second, after the first minute */
	SUBMITTER_GRACE_SECONDS = 60,
};

/*
 * The user at the other end of a session. With `is_peer`, the kernel has named the user
 * (SO_PEERCRED of a unix socket).
 */
struct submitter {
	unsigned uid;
	bool is_peer;
};

void submitter_identify(struct submitter *submitter);
/* Whether the submitter is neither root nor the user that we run as. Root may use any sender. */
bool submitter_is_stranger(const struct submitter *submitter) MUST_USE;

/* The limit of one user's messages in the queue. */
extern const struct usage submitter_limit;

/*
 * Occupies one of the user's places for sessions, if the submitter is a peer. `place` gets a
 * descriptor that keeps the place while it is open (-1: no place is needed or can be kept). Returns
 * false if all places are occupied.
 */
bool submitter_take_place(const struct submitter *submitter, const struct request *request,
			  int *place) MUST_USE;

/*
 * Returns the address that gets the bounce of a submitted message, or NULL for the sender. The
 * sender gets it only if the address belongs to the submitting user: USER or USER+DETAIL at this
 * machine, at a local domain, the mail domain or the domain of the account's `from`, or that `from`
 * itself. Otherwise the user gets it at the mail domain, or no address ("") if the system does not
 * know the user. The caller frees it.
 */
char *submitter_bounce(const struct job *job) MUST_USE;
