/* trust.h - which certificates are believed */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "net/target.h"

#include <gnutls/gnutls.h>

/*
 * Loads the certification authorities and the CRL that the settings name. ERR_NOINPUT: a file
 * can't be read, or nothing is in it.
 */
bool trust_load(gnutls_certificate_credentials_t credentials, const struct settings *settings,
		struct err *err) MUST_USE;

/*
 * The verdict on a finished handshake. Without tls_certcheck everything passes. With a fingerprint
 * only that certificate passes, whatever is in it; else, where there is a trust file, the chain
 * must lead to an authority in it (RFC 5280), be meant for servers, be in its time, not be revoked
 * (CRL, stapled OCSP), and bear one of the reference names as a subjectAltName (RFC 9525: the
 * common name is not looked at). With pins the public key must have one of them, in any case.
 * ERR_TLS, saying which certificate is wrong, why, and which setting would be right.
 */
bool trust_verify(gnutls_session_t session, const struct settings *settings,
		  const struct target_names *names, struct err *err) MUST_USE;

/* Appends what the peer's certificate says as lines; see certificate.h. */
void trust_describe(gnutls_session_t session, struct str *out);
