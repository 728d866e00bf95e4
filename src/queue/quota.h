/* quota.h - the limits of each user in a service's queue, and counting the queue anew */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/usage.h"

/*
 * A recount counts the whole queue. It is made:
 *
 * - in a run of the queue, every five minutes at most
 * - if a file of usage/ is damaged, missing, or from before the last boot (it is not synced)
 * - before a user is rejected, four times a minute at most
 *
 * It may miss messages that are submitted meanwhile, at most one in each session. The next recount
 * finds them.
 */

/*
 * Whether a new message of `bytes` octets is within the limit; a user without figures always has
 * room. ERR_DEFER: there is no room; ERR_SYSTEM: the figures are not known now.
 */
bool quota_has_room(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		    struct err *err) MUST_USE;
/* The same, and counts the message. If the message is not queued, call usage_release. */
bool quota_reserve(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		   struct err *err) MUST_USE;

/* Counts a service's queue anew if the last recount is more than five minutes ago. */
void quota_refresh(struct spool *spool);
