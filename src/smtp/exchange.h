/* exchange.h - our side of a SASL exchange: a challenge in, a response out, whoever plays it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/proc.h"
#include "base/str.h"
#include "conf/settings.h"
#include "net/tls.h"
#include "smtp/gsasl.h"
#include "smtp/mechanism.h"

/*
 * An exchange under way. The first part is for the player to read, and borrowed; the second is what
 * he has to tell; the rest is his own.
 */
struct exchange {
	const struct mechanism *mechanism;
	const struct settings *settings;
	const struct secret *secret;
	const char *host;          /* the server's name */
	const struct str *binding; /* the bytes for a -PLUS mechanism, and their kind */
	enum tls_binding binding_kind;
	int64_t deadline; /* of the next step */

	bool is_done;      /* as far as the mechanism knows */
	bool is_incapable; /* it failed because we can't do this mechanism at all */
	struct str remark; /* what the server said of our credential, printable */

	bool has_begun;
	Gsasl *library;
	Gsasl_session *session;
	struct proc_partner child;
};

/*
 * Who plays our side. `open` comes first; then `step` for each challenge, which begins with an
 * empty one where the client speaks first, and appends the response, both without base64; `close`
 * is called even when `open` has failed.
 *
 * ERR_AUTH: the credential is missing or can't be used, or the server could not prove that it knows
 * it; ERR_PROTO: nonsense from the server; ERR_UNAVAILABLE, ERR_SYSTEM: we lack something;
 * ERR_NET: not in time.
 */
struct player {
	bool (*open)(struct exchange *exchange, struct err *err);
	bool (*step)(struct exchange *exchange, const struct str *challenge, struct str *response,
		     struct err *err);
	void (*close)(struct exchange *exchange);
};

extern const struct player player_gsasl;  /* libgsasl */
extern const struct player player_gssapi; /* libgsasl in a child, because it asks a KDC */
extern const struct player player_oauth;  /* we */
