/* usable.h - whether an account can be used at all */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "conf/account.h"

/*
 * Whether a completed account can be used at all: a relay, its port, TLS settings that agree,
 * nothing that this version can't honour, and where `is_mail` says so a sender without % or
 * wildcards. ERR_CONFIG, naming the account and its file.
 */
bool usable_check(const struct account *account, bool is_mail, struct err *err) MUST_USE;

/*
 * Whether `from` of a config file or of the environment has no domain. It is wrong where a relay
 * elsewhere gets it; a warning says so. The words begin with the place.
 */
bool usable_has_bare_sender(const struct settings *settings);
void usable_add_bare_sender(const struct settings *settings, struct str *out);
