/* selection.h - choosing the account that a request is carried out with */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/config.h"

/* The parts of the command line that matter for the choice of the account. */
struct selection {
	const char *account;             /* -a; NULL: not given */
	const struct settings *settings; /* explicit settings override; `from` also chooses */
	bool is_mail;                    /* a message is to be sent */
};

/*
 * Chooses an account and copies it to `out`: an empty account if `host` is explicit; else the named
 * account; else the first whose `from` matches the explicit `from`; else `default`; else an account
 * made of $SMTPSERVER and $EMAIL. Then explicit settings of the selection override those of the
 * account (`from` only if allow_from_override is on). The config must outlive the account.
 * ERR_CONFIG: no account was found.
 */
bool selection_choose(const struct config *config, const struct selection *wish,
		      struct account *out, struct err *err) MUST_USE;
