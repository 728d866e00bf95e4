/* verdict.h - why a certificate is not believed, and which setting would be right */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/settings.h"
#include "net/gnutls.h"

/* What the server showed, its own certificate first, and the name that it was asked by. */
struct peer_chain {
	gnutls_session_t session;
	const gnutls_datum_t *chain;
	unsigned count;
	gnutls_x509_crt_t certificate; /* the first one, read */
	const char *name;
};

/* Begins to note what GnuTLS says of each certificate of the chain while it verifies. */
void verdict_watch(const struct peer_chain *peer);

/*
 * Fails with ERR_TLS for the gravest of GnuTLS's reasons (gnutls_certificate_status_t): which
 * certificate it is, what is wrong with it, and what to do.
 */
bool verdict_refuse(const struct peer_chain *peer, unsigned reasons,
		    const struct settings *settings, struct err *err);
