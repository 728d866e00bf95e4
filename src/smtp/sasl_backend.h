/* sasl_backend.h - a SASL exchange, and the interface of those that carry it out */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/proc.h"
#include "base/str.h"
#include "conf/settings.h"
#include "net/tls.h"
#include "smtp/mechanism.h"

#include <gsasl.h>

/*
 * An exchange in progress. The first group is input for the backend, and borrowed; the second is
 * its output; the last is private to the backend.
 */
struct sasl_exchange {
	const struct mechanism *mechanism;
	const struct settings *settings;
	const struct secret *secret;
	const char *host;          /* the server's name */
	const struct str *binding; /* the bytes for a -PLUS mechanism, and their kind */
	enum tls_binding binding_kind;
	int64_t deadline; /* of the next step */

	bool is_done;      /* the mechanism has come to its end */
	bool is_incapable; /* it failed because this client can't do this mechanism at all */
	struct str remark; /* the server's words about the credential, printable */

	bool has_begun;
	Gsasl *library;
	Gsasl_session *session;
	struct proc_partner child;
};

/*
 * An implementation of some mechanisms. `open` comes first; then `step` for each challenge (an
 * empty one at the start if the client speaks first), which appends the response, both without
 * base64; `close` is called even after `open` has failed.
 *
 * ERR_AUTH: the credential is missing or can't be used, or the server could not prove that it knows
 * it; ERR_PROTO: nonsense from the server; ERR_UNAVAILABLE, ERR_SYSTEM: the mechanism or the
 * library is missing on this machine; ERR_NET: the deadline has passed.
 */
struct sasl_backend {
	bool (*open)(struct sasl_exchange *exchange, struct err *err);
	bool (*step)(struct sasl_exchange *exchange, const struct str *challenge,
		     struct str *response, struct err *err);
	void (*close)(struct sasl_exchange *exchange);
};
