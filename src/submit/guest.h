/* guest.h - who is at the other end of a session: identity, place, and who may be told */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/usage.h"
#include "submit/job.h"

enum {
	GUEST_MESSAGES_MAX = 1000,
	GUEST_MEGABYTES_MAX = 1000,
	GUEST_SESSIONS_MAX = 8,
	GUEST_SECONDS_MAX = 10 * 60, /* of a session */
	GUEST_OCTETS_MIN = 1000,     /* of content each second, after the first minute */
	GUEST_GRACE_SECONDS = 60,
};

/* `is_peer` says that the kernel told us who it is, as of a unix socket. */
struct guest {
	unsigned uid;
	bool is_peer;
};

void guest_identify(struct guest *guest);
/* Whether it is neither ourselves nor root, who may name any sender. */
bool guest_is_stranger(const struct guest *guest) MUST_USE;

/* What one may have in the queue. */
extern const struct usage guest_limit;

/*
 * Takes one of the places of a peer: sets a descriptor that keeps it as long as it is open (-1:
 * none is needed, or none can be had). False where they are all taken.
 */
bool guest_take_place(const struct guest *guest, const struct request *request,
		      int *place) MUST_USE;

/*
 * Who is told of a failure of a message that a guest gives in: the sender (NULL) only where this is
 * an address of that user's. That is USER or USER+DETAIL at this machine, at a local domain, the
 * mail domain or the domain of the account's `from`, and that `from` itself. Else it is the user,
 * at the mail domain; "" where the system does not know the user. The caller frees it.
 */
char *guest_bounce(const struct job *job) MUST_USE;
