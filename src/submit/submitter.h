/* submitter.h - who is at the other end of a session: identity, place, and who may be told */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/usage.h"
#include "submit/job.h"

enum {
	SUBMITTER_MESSAGES_MAX = 1000,
	SUBMITTER_MEGABYTES_MAX = 1000,
	SUBMITTER_SESSIONS_MAX = 8,
	SUBMITTER_SECONDS_MAX = 10 * 60, /* of a session */
	SUBMITTER_OCTETS_MIN = 1000,     /* of content each second, after the first minute */
	SUBMITTER_GRACE_SECONDS = 60,
};

/* `is_peer` says that the kernel told us who it is, as of a unix socket. */
struct submitter {
	unsigned uid;
	bool is_peer;
};

void submitter_identify(struct submitter *submitter);
/* Whether it is neither ourselves nor root, who may name any sender. */
bool submitter_is_stranger(const struct submitter *submitter) MUST_USE;

/* What one may have in the queue. */
extern const struct usage submitter_limit;

/*
 * Takes one of the places of a peer: sets a descriptor that keeps it as long as it is open (-1:
 * none is needed, or none can be had). False where they are all taken.
 */
bool submitter_take_place(const struct submitter *submitter, const struct request *request,
			  int *place) MUST_USE;

/*
 * Who is told of a failure of a message that a submitter gives in: the sender (NULL) only where
 * this is an address of that user's. That is USER or USER+DETAIL at this machine, at a local
 * domain, the mail domain or the domain of the account's `from`, and that `from` itself. Else it is
 * the user, at the mail domain; "" where the system does not know the user. The caller frees it.
 */
char *submitter_bounce(const struct job *job) MUST_USE;
