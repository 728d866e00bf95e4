/* identity.h - our own certificate and its key, from files or a token */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"
#include "net/pkcs11.h"

/*
 * The state for the client certificate during a TLS session. `err` explains why the last signature
 * failed, if it did; signing waits until `deadline`.
 */
struct identity {
	const struct settings *settings;
	struct pkcs11_token token;
	gnutls_pubkey_t public_key;
	int64_t deadline;
	struct err err;
};

/*
 * Whether `password` or `passwordeval` is the PIN of the token or the password of the key's file,
 * as far as the files show.
 */
bool identity_wants_password(const struct settings *settings);

/*
 * Adds the certificate and key of the settings, if there are any, to the credentials. identity_done
 * releases everything; call it after the end of the TLS session. `password` may be empty.
 * ERR_NOINPUT: a file or object can't be read, or certificate and key do not match; ERR_AUTH: the
 * PIN or password is missing or wrong; ERR_NET, ERR_CONFIG, ERR_SYSTEM: see pkcs11.h, uri.h.
 */
bool identity_init(struct identity *identity, gnutls_certificate_credentials_t credentials,
		   const struct settings *settings, const struct secret *password, int64_t deadline,
		   struct err *err) MUST_USE;
void identity_done(struct identity *identity);

/* Closes the token, once no more signatures are needed. */
void identity_rest(struct identity *identity);
