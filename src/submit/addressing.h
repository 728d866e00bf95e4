/* addressing.h - the envelope: sender and recipients from command line, header and aliases */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"
#include "conf/settings.h"
#include "mail/address_faults.h"
#include "mail/alias.h"
#include "mail/envelope.h"
#include "mail/header.h"

/*
 * Fills in the sender, where none is set the user's name; without a domain it gets one where
 * `qualifies` says so (see localname_domain). A person's has passed usable_check. ERR_INPUT;
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
