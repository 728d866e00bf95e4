/* certificate.h - what a certificate says, fit to be shown */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/settings.h"
#include "net/gnutls.h"

/*
 * Every byte of a certificate may be its maker's joke: what is appended here is printable, and no
 * longer than a person reads. All of it wants gnutls_load to have succeeded.
 */

/* Append the distinguished name in quotes. */
void certificate_add_subject(struct str *out, gnutls_x509_crt_t certificate);
void certificate_add_issuer(struct str *out, gnutls_x509_crt_t certificate);

/* Whether its issuer is itself, by name. */
bool certificate_is_self_signed(gnutls_x509_crt_t certificate);

/*
 * Appends the first of the names that a server can be asked for by (DNS names and addresses), with
 * commas between them, and how many more there are. False where there is none.
 */
bool certificate_add_names(struct str *out, gnutls_x509_crt_t certificate);
/*
 * The same with those alone for which the certificate would be believed if tls_host_override named
 * them: no address written as a DNS name, and no wildcard that does not count (RFC 9525).
 */
bool certificate_add_usable_names(struct str *out, gnutls_x509_crt_t certificate);
/* Whether a subjectAltName is of a kind, such as GNUTLS_SAN_DNSNAME. */
bool certificate_has_name(gnutls_x509_crt_t certificate, unsigned kind);

/* Appends the algorithm and size of its key, and with what it is signed. */
void certificate_add_strength(struct str *out, gnutls_x509_crt_t certificate);

/* A digest of the certificate; its length, or 0 where there is none. */
size_t certificate_digest(gnutls_x509_crt_t certificate, gnutls_digest_algorithm_t algorithm,
			  unsigned char digest[static 32]);
/* Appends it as tls_fingerprint takes it. */
void certificate_add_digest(struct str *out, gnutls_x509_crt_t certificate,
			    gnutls_digest_algorithm_t algorithm);

/* The pin of its public key. */
bool certificate_pin(gnutls_x509_crt_t certificate, struct pin *pin) MUST_USE;

/* Appends all of that as lines. */
void certificate_describe(struct str *out, gnutls_x509_crt_t certificate);
