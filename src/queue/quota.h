/* quota.h - the limits of each user in a service's queue, and counting the queue anew */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/usage.h"

/*
 * The queue is counted anew, as a whole, by a run of the queue every five minutes at most; where a
 * file of usage/ is damaged, missing, or from before the last boot (the figures are not synced);
 * and before a user is rejected, four times a minute at most. A message that is handed in during
 * a recount may be missed until the next one: at most one message a session.
 */

/*
 * Whether so many octets more fit, as far as that is known without counting for the first time.
 * ERR_DEFER: they do not; ERR_SYSTEM: not known now.
 */
bool quota_has_room(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		    struct err *err) MUST_USE;
/* The same, and counts one message of that size. The caller calls usage_release if it fails. */
bool quota_reserve(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		   struct err *err) MUST_USE;

/* Counts a service's queue anew if the last recount is more than five minutes ago. */
void quota_refresh(struct spool *spool);
