/* dsn_policy.h - who is told what became of a message */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/dsn.h"

/*
 * Whether anyone may be told about a message: nobody for the null sender and for what another
 * program sent by itself, notices above all (RFC 3834, section 2); and of a delay no mailing list.
 */
bool dsn_policy_may_send(const char *sender, const struct header *original, bool is_failure);

/*
 * Chooses the recipients to report: the failed ones that have not been told about for
 * DSN_FAILED, those not settled yet for DSN_DELAYED; without those whose NOTIFY says
 * otherwise (RFC 3461, section 4.1). `chosen` has room for all of them. Returns how many; 0 means
 * that there is nothing to tell.
 */
size_t dsn_policy_select(const struct envelope *envelope, enum dsn_kind kind,
			 const struct recipient **chosen);
