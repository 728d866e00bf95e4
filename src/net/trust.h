/* trust.h - verification of the relay's certificate */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "net/target.h"

#include <gnutls/gnutls.h>

/*
 * Loads the certification authorities and the CRL of the settings. ERR_NOINPUT: a file can't be
 * read, or is empty.
 */
bool trust_load(gnutls_certificate_credentials_t credentials, const struct settings *settings,
		struct err *err) MUST_USE;

/*
 * Verifies the peer of a finished handshake. Without tls_certcheck everything passes. With a
 * fingerprint only that certificate passes, whatever it contains; else, with a trust file, the
 * chain must lead to an authority in it (RFC 5280), be meant for servers, be valid now, not be
 * revoked (CRL, stapled OCSP), and bear one of the reference names as a subjectAltName (RFC 9525:
 * the common name is ignored). With pins, the public key must match one of them in any case.
 * ERR_TLS names the faulty certificate, the reason, and the setting that would help.
 */
bool trust_verify(gnutls_session_t session, const struct settings *settings,
		  const struct target_names *names, struct err *err) MUST_USE;

/* Appends the fields of the peer's certificate, one per line; see certificate.h. */
void trust_describe(gnutls_session_t session, struct str *out);
