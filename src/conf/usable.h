/* usable.h - checks whether an account can be used */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "conf/account.h"

/*
 * Checks a completed account: it needs a relay and its port, TLS settings that agree, and no
 * setting that this version can't honour; with `is_mail` also a sender without % or wildcards.
 * ERR_CONFIG, naming the account and its file.
 */
bool usable_check(const struct account *account, bool is_mail, struct err *err) MUST_USE;

/*
 * True if `from` of a config file or of the environment has no domain, and the relay is on another
 * machine. usable_add_bare_sender appends the warning for it, beginning with file and line.
 */
bool usable_has_bare_sender(const struct settings *settings);
void usable_add_bare_sender(const struct settings *settings, struct str *out);
