/* remedy.h - the settings that a refusal asks for, by its codes and words; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"
#include "smtp/phase.h"
#include "smtp/reply.h"

/* The facts that a hint depends on. Borrowed: the settings, and the name that EHLO has sent. */
struct remedy_facts {
	const struct settings *settings;
	const char *selfname;
	bool has_tls;         /* the session is under TLS */
	bool offers_starttls; /* the relay offers STARTTLS */
};

/*
 * The kind of error of a 5yz reply that is about the client, not about the sender, a recipient or
 * the content: a login is missing (ERR_AUTH; RFC 4954 section 6), TLS is missing (ERR_TLS; RFC 3207
 * section 4), or the name in EHLO is refused (ERR_UNAVAILABLE). ERR_NONE: the phase decides.
 */
enum err_kind remedy_kind(const struct reply *reply, enum phase phase);

/*
 * Appends the subject of a 4yz or 5yz reply and the cure: "the relay wants a login (set auth on and
 * user)". Appends nothing if no row fits.
 */
void remedy_add_hint(const struct reply *reply, enum phase phase, const struct remedy_facts *facts,
		     struct str *out);
