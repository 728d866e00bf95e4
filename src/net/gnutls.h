/* gnutls.h - GnuTLS, loaded when it is needed */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/pkcs11.h>
#include <gnutls/x509.h>

/* The functions in use, without their prefix. */
#define GNUTLS_CALLS(CALL)                                                                         \
	CALL(alert_get)                                                                            \
	CALL(alert_get_name)                                                                       \
	CALL(bye)                                                                                  \
	CALL(certificate_allocate_credentials)                                                     \
	CALL(certificate_free_credentials)                                                         \
	CALL(certificate_get_peers)                                                                \
	CALL(certificate_set_flags)                                                                \
	CALL(certificate_set_key)                                                                  \
	CALL(certificate_set_x509_crl_mem)                                                         \
	CALL(certificate_set_x509_system_trust)                                                    \
	CALL(certificate_set_x509_trust_file)                                                      \
	CALL(certificate_set_x509_trust_mem)                                                       \
	CALL(certificate_type_get)                                                                 \
	CALL(certificate_verify_peers)                                                             \
	CALL(check_version)                                                                        \
	CALL(credentials_set)                                                                      \
	CALL(deinit)                                                                               \
	CALL(dh_set_prime_bits)                                                                    \
	CALL(handshake)                                                                            \
	CALL(init)                                                                                 \
	CALL(pcert_deinit)                                                                         \
	CALL(pcert_list_import_x509_raw)                                                           \
	CALL(pk_get_name)                                                                          \
	CALL(pkcs11_deinit)                                                                        \
	CALL(pkcs11_set_pin_function)                                                              \
	CALL(pkcs11_token_check_mechanism)                                                         \
	CALL(priority_set_direct)                                                                  \
	CALL(privkey_deinit)                                                                       \
	CALL(privkey_get_pk_algorithm)                                                             \
	CALL(privkey_import_ext4)                                                                  \
	CALL(privkey_import_url)                                                                   \
	CALL(privkey_import_x509_raw)                                                              \
	CALL(privkey_init)                                                                         \
	CALL(privkey_sign_data2)                                                                   \
	CALL(privkey_sign_hash2)                                                                   \
	CALL(protocol_get_version)                                                                 \
	CALL(pubkey_get_pk_algorithm)                                                              \
	CALL(pubkey_verify_data2)                                                                  \
	CALL(pubkey_verify_hash2)                                                                  \
	CALL(record_get_direction)                                                                 \
	CALL(record_recv)                                                                          \
	CALL(record_send)                                                                          \
	CALL(server_name_set)                                                                      \
	CALL(session_channel_binding)                                                              \
	CALL(session_ext_master_secret_status)                                                     \
	CALL(session_get_desc)                                                                     \
	CALL(session_get_ptr)                                                                      \
	CALL(session_set_ptr)                                                                      \
	CALL(session_set_verify_function)                                                          \
	CALL(session_set_verify_output_function)                                                   \
	CALL(sign_get_name)                                                                        \
	CALL(sign_get_pk_algorithm)                                                                \
	CALL(sign_supports_pk_algorithm)                                                           \
	CALL(strerror)                                                                             \
	CALL(transport_set_int2)                                                                   \
	CALL(x509_crt_check_hostname2)                                                             \
	CALL(x509_crt_check_issuer)                                                                \
	CALL(x509_crt_deinit)                                                                      \
	CALL(x509_crt_equals2)                                                                     \
	CALL(x509_crt_export2)                                                                     \
	CALL(x509_crt_get_activation_time)                                                         \
	CALL(x509_crt_get_dn3)                                                                     \
	CALL(x509_crt_get_expiration_time)                                                         \
	CALL(x509_crt_get_fingerprint)                                                             \
	CALL(x509_crt_get_issuer_dn3)                                                              \
	CALL(x509_crt_get_key_id)                                                                  \
	CALL(x509_crt_get_pk_algorithm)                                                            \
	CALL(x509_crt_get_signature_algorithm)                                                     \
	CALL(x509_crt_get_subject_alt_name)                                                        \
	CALL(x509_crt_import)                                                                      \
	CALL(x509_crt_init)                                                                        \
	CALL(x509_crt_list_import_url)

struct gnutls_calls {
#define CALL(name) __typeof__(&gnutls_##name) name;
	GNUTLS_CALLS(CALL)
#undef CALL
};

/* NULL until gnutls_load has succeeded once. */
extern const struct gnutls_calls *gnutls;

/* Loads the library, unless it is loaded. ERR_SYSTEM, as library_load. */
bool gnutls_load(struct err *err) MUST_USE;

/* The text of a status. Out of memory ends the process, see mem.h. */
const char *gnutls_words(int status);
