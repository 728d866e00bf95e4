/* credential.h - the password or access token of an account */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"
#include "conf/settings.h"

/*
 * A password or, with `is_token`, an OAuth 2.0 access token, which is only sent by a mechanism for
 * tokens. `is_cached`: the token comes from the cache, and may have been revoked since. `key` is
 * its key in the cache (NULL: not cached).
 */
struct credential {
	struct secret secret;
	bool is_token;
	bool is_cached;
	char *key;
};

void credential_done(struct credential *credential);

/* To be called when the server has rejected the credential: removes a token from the cache. */
void credential_refused(const struct credential *credential);

/*
 * True if credentials may be sent. Without TLS they are sent to a unix socket, to a relay on the
 * loopback interface (loopback.h), and if the account names both a mechanism and `tls off`
 * explicitly. With TLS they are always sent: the certificate is verified unless tls_certcheck is
 * off.
 */
bool credential_may_be_sent(const struct settings *settings);
