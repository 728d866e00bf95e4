/* dsn_policy.h - which messages and recipients a DSN reports */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/dsn.h"

/*
 * Whether a DSN may be sent about a message. None is sent to the null sender or about an automatic
 * message, above all another DSN (RFC 3834, section 2). No delay is reported to a mailing list.
 */
bool dsn_policy_may_send(const char *sender, const struct header *original, bool is_failure);

/*
 * Chooses the recipients to report. DSN_FAILED: those that failed and were not reported yet.
 * DSN_DELAYED: those not settled yet. Recipients whose NOTIFY parameter excludes such a report are
 * skipped (RFC 3461, section 4.1). `chosen` has room for all recipients. Returns how many were
 * chosen; 0: nothing to report.
 */
size_t dsn_policy_select(const struct envelope *envelope, enum dsn_kind kind,
			 const struct recipient **chosen);
