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
 * Sets the envelope sender from the settings or, if no sender is set, from the user's name. If
 * `qualifies` is set, a sender without a domain gets one (see localname_domain). A person's sender
 * has passed usable_check before. ERR_INPUT; ERR_CONFIG if the address comes from a config file.
 */
bool addressing_set_sender(struct envelope *envelope, const struct request *request,
			   const struct settings *settings, bool qualifies,
			   struct err *err) MUST_USE;

/*
 * Remarks about recipients. `faults` gets addresses without a clear meaning, which do not affect
 * the other recipients; if it is NULL, such an address is an error. `warnings` gets lines about
 * addresses that may mean something else; NULL: no warnings.
 */
struct addressing_notes {
	struct address_faults *faults;
	struct str *warnings;
};

/*
 * Sets the recipients: the arguments and, with -t, the addresses in `header`. Aliases replace them.
 * If `qualifies` is set, recipients that are still without a domain get one. A recipient that is
 * named several times is in the envelope once. ERR_INPUT; ERR_USAGE if no recipient is left;
 * ERR_CONFIG from the aliases.
 */
bool addressing_set_recipients(struct envelope *envelope, const struct request *request,
			       const struct settings *settings, bool qualifies,
			       const struct header *header, const struct addressing_notes *notes,
			       struct err *err) MUST_USE;

/*
 * State for adding recipients one at a time: the aliases file is read once, when it is needed. To
 * begin, set the first two members and zero the rest. Repeated recipients stay; see
 * envelope_drop_repeated. ERR_INPUT, ERR_CONFIG.
 */
struct addressing {
	const struct settings *settings;
	bool qualifies;
	bool has_aliases; /* the aliases file has been read */
	struct alias_table aliases;
};

bool addressing_add_recipient(struct addressing *addressing, const char *path,
			      struct envelope *envelope, struct err *err) MUST_USE;
void addressing_done(struct addressing *addressing);
