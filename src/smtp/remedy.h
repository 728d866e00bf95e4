/* remedy.h - what a refusal asks of the settings, by its codes and words; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"
#include "smtp/phase.h"
#include "smtp/reply.h"

/* What a hint depends on. The settings are borrowed, and so is the name that EHLO has said. */
struct remedy_facts {
	const struct settings *settings;
	const char *selfname;
	bool has_tls;         /* the session is under TLS */
	bool offers_starttls; /* and the relay has said so */
};

/*
 * The kind of error that a 5yz reply is, where it is not about the sender, a recipient or the
 * content, but about us: no login (ERR_AUTH; RFC 4954 section 6), no TLS (ERR_TLS; RFC 3207
 * section 4), or a name in EHLO that is not taken (ERR_UNAVAILABLE). ERR_NONE: the phase decides.
 */
enum err_kind remedy_kind(const struct reply *reply, enum phase phase);

/*
 * Appends what the reply (4yz or 5yz) is about and what to do: "the relay wants a login (set auth
 * on and user)". Nothing where that is not known.
 */
void remedy_add_hint(const struct reply *reply, enum phase phase, const struct remedy_facts *facts,
		     struct str *out);
