/* addressing.h - the envelope: sender and recipients from command line, header and aliases */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli.h"
#include "conf/account.h"
#include "mail/address_faults.h"
#include "mail/alias.h"
#include "mail/envelope.h"
#include "mail/header.h"

/*
 * Fills in the sender, where none is set the user's name; without a domain it gets one where
 * `qualifies` says so (see addressing_domain). A person's has passed usable_check. ERR_INPUT;
 * ERR_CONFIG for one from a config file.
 */
bool addressing_set_sender(struct envelope *envelope, const struct request *request,
			   const struct settings *settings, bool qualifies,
			   struct err *err) MUST_USE;

/*
 * What there is to say of recipients. `faults` gets those without a plain meaning, which the others
 * don't suffer from; NULL: they are an error. `warnings` gets lines about those whose meaning may
 * be another one; NULL: none.
 */
struct addressing_notes {
	struct address_faults *faults;
	struct str *warnings;
};

/*
 * Fills in the recipients: those of the arguments, and with -t those in `header`; aliases replace
 * them, and where `qualifies` says so a bare name that is left gets the domain. One who is named
 * several times is in the envelope once. ERR_INPUT,
 * ERR_USAGE where nobody is left, ERR_CONFIG from the aliases.
 */
bool addressing_set_recipients(struct envelope *envelope, const struct request *request,
			       const struct settings *settings, bool qualifies,
			       const struct header *header, const struct addressing_notes *notes,
			       struct err *err) MUST_USE;

/*
 * For recipients that come one by one: where aliases are needed their file is read once. Zeroed but
 * for its first two members it is ready. One who is named several times is not looked for, see
 * envelope_drop_repeated. ERR_INPUT, ERR_CONFIG.
 */
struct addressing {
	const struct settings *settings;
	bool qualifies;
	bool has_aliases; /* they have been read */
	struct alias_table aliases;
};

bool addressing_add_recipient(struct addressing *addressing, const char *path,
			      struct envelope *envelope, struct err *err) MUST_USE;
void addressing_done(struct addressing *addressing);

/*
 * Reads the file with the aliases; names in a local domain (see *local_domains*) can be found in
 * it. ERR_CONFIG.
 */
bool addressing_read_aliases(struct alias_table *table, const struct settings *settings,
			     struct err *err) MUST_USE;

/*
 * Whether an address means a user of this machine, and nothing elsewhere: without a domain, at
 * localhost, at the machine's name, or at that with an ending that only a local network knows. A
 * name with dots counts for root and the caller alone. False for the `maildomain`, and for the
 * domain of `own`, the account's sender.
 */
bool addressing_is_of_machine(const struct address *address, const struct settings *settings,
			      const char *own);

/*
 * The account's own sender in the place of one whom only this machine knows, where no `maildomain`
 * is set up; NULL: that one stays.
 */
const char *addressing_own_sender(const struct account *account, const char *sender);

/* What a name without a domain belongs to: maildomain, /etc/mailname, or the host; caller frees. */
char *addressing_domain(const struct settings *settings) MUST_USE;
