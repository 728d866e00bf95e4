/* authorities.h - loading of the trusted certificate authorities and of revocation lists */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/settings.h"

#include <gnutls/gnutls.h>

/*
 * Loads the authorities of tls_trust_file: a file in PEM or DER form, a folder with such files
 * (*.pem, *.crt, *.cer, *.der, and OpenSSL's *.0 and so on), a token's objects, or the system's.
 * ERR_NOINPUT: it can't be read, or has no certificate; the text says what it has instead.
 */
bool authorities_load(gnutls_certificate_credentials_t credentials, const char *file,
		      struct err *err) MUST_USE;

/* Loads the revocation lists of tls_crl_file, which is in PEM or DER form. Errors as above. */
bool authorities_load_crl(gnutls_certificate_credentials_t credentials, const char *file,
			  struct err *err) MUST_USE;
