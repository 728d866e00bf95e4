/* credential.h - what an account logs in with */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"
#include "conf/settings.h"

/*
 * A password, or with `is_token` an OAuth 2.0 access token, which goes to the server by a mechanism
 * for such and by no other. `is_cached`: it has been kept from an earlier run of its command, and
 * may have become worthless since then. `key` is what it is kept under (NULL: it is not).
 */
struct credential {
	struct secret secret;
	bool is_token;
	bool is_cached;
	char *key;
};

void credential_done(struct credential *credential);

/* The server has refused it: a token is not kept any longer. */
void credential_refused(const struct credential *credential);

/*
 * Whether credentials may be sent without verified TLS: to a unix socket, to the loopback interface
 * by number or as localhost (all hosts, and without a proxy), and where the account names a
 * mechanism and `tls off` explicitly. With TLS on: whether the certificate is verified at all, or
 * tls_certcheck off is explicit.
 */
bool credential_may_be_sent(const struct settings *settings);
