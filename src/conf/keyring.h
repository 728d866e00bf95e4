/* keyring.h - passwords in the keyring of the desktop */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <stdint.h>

/*
 * Looks for the password of a user at a host, by the Secret Service of the session: with the
 * attributes `service` (smtp), `host` and `user`, else with those of older programs: `protocol`
 * (smtp), `server` and `user`. The first line of the entry is the password. A locked keyring is
 * searched only with `may_ask`, as the desktop then asks the user to unlock it.
 *
 * False: no such password, no session, no keyring support in this build, or no answer in time;
 * --debug prints which.
 */
bool keyring_find(const char *host, const char *user, bool may_ask, int64_t deadline,
		  struct secret *out);
