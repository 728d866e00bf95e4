/* localname.h - names without a domain, or of this machine only: domain, sender, aliases */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "mail/address.h"
#include "mail/alias.h"

/*
 * Whether an address means a user of this machine, and nothing elsewhere: without a domain, at
 * localhost, at the machine's name, or at that with an ending that only a local network knows. A
 * name with dots counts for root and the caller alone. False for the `maildomain`, and for the
 * domain of `own`, the account's sender.
 */
bool localname_is_of_machine(const struct address *address, const struct settings *settings,
			     const char *own);

/*
 * The account's own sender in the place of one whom only this machine knows, where no `maildomain`
 * is set up; NULL: that one stays.
 */
const char *localname_own_sender(const struct account *account, const char *sender);

/* What a name without a domain belongs to: maildomain, /etc/mailname, or the host; caller frees. */
char *localname_domain(const struct settings *settings) MUST_USE;

/*
 * Reads the file with the aliases; names in a local domain (see *local_domains*) can be found in
 * it. ERR_CONFIG.
 */
bool localname_read_aliases(struct alias_table *table, const struct settings *settings,
			    struct err *err) MUST_USE;
