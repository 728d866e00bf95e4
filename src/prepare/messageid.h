/* messageid.h - a unique Message-ID */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"

/*
 * The domain of a Message-ID: the first of these that has a dot. The setting `domain`, the sender's
 * domain, `maildomain`, the domain of `own` (the account's sender, or NULL), the mail name, the
 * name of the host. If none has a dot, the name of the host with .localdomain. The caller frees it.
 */
char *messageid_domain(const char *sender, const char *own,
		       const struct settings *settings) MUST_USE;

/*
 * A new Message-ID with its angle brackets, RFC 5322 section 3.6.4. Its left side is random; its
 * right side is messageid_domain(). The caller frees it.
 */
char *messageid_new(const char *sender, const struct account *account) MUST_USE;
