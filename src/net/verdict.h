/* verdict.h - the reason why a certificate is rejected, and the setting that would help */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/settings.h"
#include "net/gnutls.h"

/*
 * The chain that the server sent, its own certificate first, and the name that the client asked
 * for.
 */
struct peer_chain {
	gnutls_session_t session;
	const gnutls_datum_t *chain;
	unsigned count;
	gnutls_x509_crt_t certificate; /* the first one, parsed */
	const char *name;
};

/* Records GnuTLS's verdict on each certificate of the chain during the verification. */
void verdict_watch(const struct peer_chain *peer);

/*
 * Fails with ERR_TLS for the gravest of GnuTLS's reasons (gnutls_certificate_status_t): the
 * certificate, its fault, and the cure.
 */
bool verdict_refuse(const struct peer_chain *peer, unsigned reasons,
		    const struct settings *settings, struct err *err);
