/* localname.h - names without a domain, or known only on this machine: domain, sender, aliases */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "mail/address.h"
#include "mail/alias.h"

/*
 * Whether an address is known only on this machine. Such an address has no domain, or its domain is
 * localhost, the machine's name, or the machine's name with an ending for local networks. At a
 * machine's name with a dot, only the addresses of root and of the calling user count. False for
 * the `maildomain`, and for the domain of `own`, the account's sender.
 */
bool localname_is_of_machine(const struct address *address, const struct settings *settings,
			     const char *own);

/*
 * The account's own sender, if it replaces a sender known only on this machine, and no `maildomain`
 * is set; NULL: the given sender stays.
 */
const char *localname_own_sender(const struct account *account, const char *sender);

/*
 * The domain for a name without a domain: maildomain, /etc/mailname, or the name of the host. The
 * caller frees it.
 */
char *localname_domain(const struct settings *settings) MUST_USE;

/*
 * Reads the aliases file. Names in a local domain (see *local_domains*) are looked up in it, too.
 * ERR_CONFIG.
 */
bool localname_read_aliases(struct alias_table *table, const struct settings *settings,
			    struct err *err) MUST_USE;
