/* gnutls.h - GnuTLS, loaded when it is needed */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* The functions that are used, without their prefix. */
#define GNUTLS_CALLS(CALL)                                                                         \
	CALL(alert_get)                                                                            \
	CALL(alert_get_name)                                                                       \
	CALL(bye)                                                                                  \
	CALL(certificate_allocate_credentials)                                                     \
	CALL(certificate_free_credentials)                                                         \
	CALL(certificate_get_peers)                                                                \
	CALL(certificate_set_x509_crl_file)                                                        \
	CALL(certificate_set_x509_key_file2)                                                       \
	CALL(certificate_set_x509_system_trust)                                                    \
	CALL(certificate_set_x509_trust_file)                                                      \
	CALL(certificate_type_get)                                                                 \
	CALL(certificate_verify_peers)                                                             \
	CALL(check_version)                                                                        \
	CALL(credentials_set)                                                                      \
	CALL(deinit)                                                                               \
	CALL(dh_set_prime_bits)                                                                    \
	CALL(handshake)                                                                            \
	CALL(init)                                                                                 \
	CALL(priority_set_direct)                                                                  \
	CALL(protocol_get_version)                                                                 \
	CALL(record_get_direction)                                                                 \
	CALL(record_recv)                                                                          \
	CALL(record_send)                                                                          \
	CALL(server_name_set)                                                                      \
	CALL(session_channel_binding)                                                              \
	CALL(session_ext_master_secret_status)                                                     \
	CALL(session_get_desc)                                                                     \
	CALL(strerror)                                                                             \
	CALL(transport_set_int2)                                                                   \
	CALL(x509_crt_deinit)                                                                      \
	CALL(x509_crt_get_activation_time)                                                         \
	CALL(x509_crt_get_dn3)                                                                     \
	CALL(x509_crt_get_expiration_time)                                                         \
	CALL(x509_crt_get_fingerprint)                                                             \
	CALL(x509_crt_get_issuer_dn3)                                                              \
	CALL(x509_crt_get_subject_alt_name)                                                        \
	CALL(x509_crt_import)                                                                      \
	CALL(x509_crt_init)

struct gnutls_calls {
#define CALL(name) __typeof__(&gnutls_##name) name;
	GNUTLS_CALLS(CALL)
#undef CALL
};

/* NULL until gnutls_load has succeeded once. */
extern const struct gnutls_calls *gnutls;

bool gnutls_load(struct err *err) MUST_USE;
