/* secret.h - finding the password or access token of an account */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/credential.h"
#include "conf/settings.h"

#include <stdint.h>

/*
 * Tries these sources in turn, until one has a secret: `password`, `password_file`, `password_fd`,
 * `password_env`, `password_command`, `passwordeval`, the keyring, ~/.netrc, netrc in SYSCONFDIR,
 * and with `may_ask` the user at the terminal. If `auth` names an OAuth mechanism, the secret is a
 * token; so it is if `auth` is on and `token_command` is set, and then `token_command` comes first.
 * Each source has a deadline of its own, or `deadline` if that is earlier.
 *
 * ERR_CONFIG: a source that is set does not work; the text never contains output of a command.
 * ERR_DEFER: a command ended with EX_TEMPFAIL. ERR_AUTH: no source has a secret, or nothing was
 * typed.
 */
bool secret_find(const struct settings *settings, bool may_ask, int64_t deadline,
		 struct credential *out, struct err *err) MUST_USE;

/*
 * Replaces a cached token that the server rejected: runs its command again, with
 * MAILCHUTE_TOKEN_REFUSED=1 in its environment. The errors are those of secret_find.
 */
bool secret_refresh(const struct settings *settings, int64_t deadline,
		    struct credential *credential, struct err *err) MUST_USE;

/*
 * Reads the secrets that only this process can get (descriptor, environment) into memory, so that a
 * forked process that continues the work has them, too.
 */
void secret_take(const struct settings *settings);

/*
 * Wipes the secrets in the settings: the password, and a PIN in a URI. No session can be opened
 * with these settings afterwards.
 */
void secret_forget(struct settings *settings);

/*
 * The name of the source, for a message to the user, if a later process could not get this
 * account's password: it came from a descriptor, the environment or a terminal and no other source
 * has it. NULL: a later process can get it.
 */
const char *secret_fleeting(const struct settings *settings);
