/* offer.h - advice if mailchute takes none of the relay's SASL mechanisms; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/mechanism.h"

/*
 * Appends what the user can do if mechanism_next finds no mechanism for the account's secret, an
 * access token (`is_token`) or a password: "; set auth ntlm" for example. `has_binding`: the TLS
 * session has a channel binding.
 */
void offer_add_remedy(struct str *out, const struct capabilities *can, bool is_token,
		      bool has_binding);
