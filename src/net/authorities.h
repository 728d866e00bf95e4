/* authorities.h - the certificates of those who may vouch for a relay, and revocation lists */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/settings.h"

#include <gnutls/gnutls.h>

/*
 * Loads what tls_trust_file names: a file in PEM or DER form, a folder with such files (*.pem,
 * *.crt, *.cer, *.der, and OpenSSL's *.0 and so on), a token's objects, or the system's.
 * ERR_NOINPUT: it can't be read, or there is no certificate in it; the text says what is there
 * instead.
 */
bool authorities_load(gnutls_certificate_credentials_t credentials, const char *file,
		      struct err *err) MUST_USE;

/* The same for tls_crl_file, which is a file in PEM or DER form. */
bool authorities_load_crl(gnutls_certificate_credentials_t credentials, const char *file,
			  struct err *err) MUST_USE;
