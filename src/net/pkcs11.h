/* pkcs11.h - a key and a certificate on a PKCS#11 token, in a process of its own */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/proc.h"
#include "net/gnutls.h"

/* The objects to open: URIs without a PIN, each NULL if the object is not on a token. */
struct pkcs11_wish {
	const char *key;
	const char *certificate;
	const struct secret *pin; /* may be empty */
};

/*
 * An open token. The driver may be slow or hang, so it is loaded only in a child process, which
 * also holds the login. A zeroed token is closed.
 */
struct pkcs11_token {
	struct proc_partner partner;
	struct str chain; /* the certificates, in PEM */
	gnutls_pk_algorithm_t algorithm;
	unsigned bits;
	bool can_pss; /* for an RSA key: RSASSA-PSS, which TLS 1.3 wants */
};

/*
 * Finds the objects. The PIN is given to one token, and never again after it was wrong. ERR_AUTH:
 * the PIN is missing, wrong, or might lock the token; ERR_NOINPUT: no such token or object, or it
 * can't be read; ERR_NET: no answer before the deadline; ERR_SYSTEM: no child.
 */
bool pkcs11_open(struct pkcs11_token *token, const struct pkcs11_wish *wish, int64_t deadline,
		 struct err *err) MUST_USE;
void pkcs11_close(struct pkcs11_token *token);

/*
 * The input of a signature: data or their hash; for GNUTLS_SIGN_RSA_RAW, a DigestInfo (RFC 8017).
 */
struct pkcs11_task {
	gnutls_sign_algorithm_t algorithm;
	bool is_hash;
	const gnutls_datum_t *data;
};

/* Appends a signature by the key. ERR_NOINPUT, ERR_NET, ERR_AUTH. */
bool pkcs11_sign(struct pkcs11_token *token, const struct pkcs11_task *task, int64_t deadline,
		 struct str *signature, struct err *err) MUST_USE;
