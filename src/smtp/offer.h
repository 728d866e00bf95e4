/* offer.h - what to do where a relay offers no way to log in that we take; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/mechanism.h"

/*
 * Appends what the user can do where mechanism_next finds nothing for what the account has, an
 * access token (`is_token`) or a password: "; set auth ntlm" for example. `has_binding`: the
 * session under TLS has a channel binding.
 */
void offer_add_remedy(struct str *out, const struct capabilities *can, bool is_token,
		      bool has_binding);
