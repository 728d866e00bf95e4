/* certificate.h - the fields of a certificate as printable text */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/settings.h"
#include "net/gnutls.h"

/*
 * Every byte of a certificate may be hostile. Text that is appended here is printable and of
 * limited length. All functions need gnutls_load to have succeeded.
 */

/* Append the distinguished name in quotes. */
void certificate_add_subject(struct str *out, gnutls_x509_crt_t certificate);
void certificate_add_issuer(struct str *out, gnutls_x509_crt_t certificate);

/* Whether issuer and subject have the same name. */
bool certificate_is_self_signed(gnutls_x509_crt_t certificate);

/*
 * Appends the first names that a client can ask the server for (DNS names and addresses), with
 * commas between them, and the number of further ones. False if there is none.
 */
bool certificate_add_names(struct str *out, gnutls_x509_crt_t certificate);
/*
 * Like certificate_add_names, limited to names with which the certificate passes if
 * tls_host_override is set to them: no address written as a DNS name, and no wildcard that does not
 * count (RFC 9525).
 */
bool certificate_add_usable_names(struct str *out, gnutls_x509_crt_t certificate);
/* Whether the certificate has a subjectAltName of this kind, such as GNUTLS_SAN_DNSNAME. */
bool certificate_has_name(gnutls_x509_crt_t certificate, unsigned kind);

/* Appends algorithm and size of the key, and the signature algorithm. */
void certificate_add_strength(struct str *out, gnutls_x509_crt_t certificate);

/* Computes a digest of the certificate and returns its length; 0 on failure. */
size_t certificate_digest(gnutls_x509_crt_t certificate, gnutls_digest_algorithm_t algorithm,
			  unsigned char digest[static 32]);
/* Appends the digest in the form of tls_fingerprint. */
void certificate_add_digest(struct str *out, gnutls_x509_crt_t certificate,
			    gnutls_digest_algorithm_t algorithm);

/* Computes the pin of the public key, in the sense of tls_pin. */
bool certificate_pin(gnutls_x509_crt_t certificate, struct pin *pin) MUST_USE;

/* Appends all of these fields, one per line. */
void certificate_describe(struct str *out, gnutls_x509_crt_t certificate);
