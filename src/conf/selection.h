/* selection.h - choosing the account that a request is carried out with */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/config.h"

/* What the command line says about the choice of the account. */
struct selection {
	const char *account;             /* -a; NULL: not given */
	const struct settings *settings; /* explicit ones override; `from` also chooses */
	bool is_mail;                    /* a message is to be sent */
};

/*
 * Chooses: the named account; where `host` is explicit none; else the first whose `from` matches
 * the explicit `from`; else `default`; else one made of $SMTPSERVER and $EMAIL. Then what is
 * explicit in the wish is laid over the account (but `from` only where allow_from_override is on).
 * The config must outlive the account. ERR_CONFIG: there is none.
 */
bool selection_choose(const struct config *config, const struct selection *wish,
		      struct account *out, struct err *err) MUST_USE;
