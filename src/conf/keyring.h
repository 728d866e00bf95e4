/* keyring.h - passwords in the keyring of the desktop */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <stdint.h>

/*
 * Looks for the password of a user at a host, by the Secret Service of the session: with the
 * attributes `service` (smtp), `host` and `user`, else with those that older programs have given
 * it, `protocol` (smtp), `server` and `user`. Its first line counts. A keyring that is locked is
 * looked into only where `may_ask`, as the desktop then asks for it to be opened.
 *
 * False: there is none, or no session, or no support for it in this build, or no answer in time;
 * --debug tells which.
 */
bool keyring_find(const char *host, const char *user, bool may_ask, int64_t deadline,
		  struct secret *out);
