/* messageid.h - a Message-ID that no other message has */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"

/*
 * The first of these that is a domain with a dot: the setting `domain`, the sender's domain,
 * `maildomain`, the domain of `own` (the account's sender, or NULL), the mail name and the name of
 * the host; else the last of them with .localdomain. The caller frees it.
 */
char *messageid_domain(const char *sender, const char *own,
		       const struct settings *settings) MUST_USE;

/*
 * A fresh Message-ID with its angle brackets, RFC 5322 section 3.6.4; the caller frees it. Its left
 * side is random, and its right side that domain.
 */
char *messageid_new(const char *sender, const struct account *account) MUST_USE;
