/* secret.h - finding what an account logs in with */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/credential.h"
#include "conf/settings.h"

#include <stdint.h>

/*
 * Asks these in turn, until one has it: `password`, `password_file`, `password_fd`, `password_env`,
 * `password_command`, `passwordeval`, the keyring, ~/.netrc, netrc in SYSCONFDIR, and where
 * `may_ask` a person at the terminal. A token is wanted where `auth` names a mechanism of OAuth,
 * and where `auth` is on and `token_command` set: then that comes first. Each has a deadline of its
 * own, or `deadline` where that is earlier.
 *
 * ERR_CONFIG: a source that is set does not work; no output of a command is ever in the text.
 * ERR_DEFER: a command said that it does not know for now. ERR_AUTH: nobody has it, or nothing was
 * typed.
 */
bool secret_find(const struct settings *settings, bool may_ask, int64_t deadline,
		 struct credential *out, struct err *err) MUST_USE;

/*
 * Replaces a token that was kept, and that a server did not take, by a fresh one: its command is
 * run once more, with MAILCHUTE_TOKEN_REFUSED=1 in its environment. The errors of secret_find.
 */
bool secret_refresh(const struct settings *settings, int64_t deadline,
		    struct credential *credential, struct err *err) MUST_USE;

/*
 * Takes what only this process was given (descriptor, environment) into memory, so that a process
 * which goes on in its place has it, too.
 */
void secret_take(const struct settings *settings);

/*
 * Wipes what the settings themselves hold: the password, and a PIN in a URI. No session can be
 * opened with them from then on.
 */
void secret_forget(struct settings *settings);

/*
 * What gave this process a password that a later one can't get, and has nowhere else to ask for: a
 * word for a person, or NULL.
 */
const char *secret_fleeting(const struct settings *settings);
