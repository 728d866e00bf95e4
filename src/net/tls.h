/* tls.h - one TLS client session, by GnuTLS */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "net/target.h"

#include <stdint.h>

/* How a step that must not block went. */
enum tls_step { TLS_DONE, TLS_WANTS_READ, TLS_WANTS_WRITE, TLS_ENDED, TLS_FAILED };

struct tls;

/*
 * Loads what the settings name (trust file, CRL, key, certificate, priorities) before anything is
 * connected; a token has until the deadline. `password` is the account's, for the key, and may be
 * empty; see identity_wants_password. ERR_NOINPUT: a file can't be read or holds nothing;
 * ERR_CONFIG: bad priorities; for a key that wants a PIN, also the errors of identity_init.
 */
struct tls *tls_new(const struct settings *settings, const struct secret *password,
		    int64_t deadline, struct err *err) MUST_USE;
void tls_free(struct tls *tls);

/*
 * The names of which the certificate must bear one, where tls_fingerprint is not the only check;
 * the server is asked for the first. They are borrowed, and needed until the handshake is over.
 */
void tls_expect_names(struct tls *tls, const struct target_names *names);

/* Uses a connected socket that does not block. A token has until the deadline to sign. */
void tls_attach(struct tls *tls, int fd, int64_t deadline);

/* Each is called again after its wish to read or write is met. Failures: ERR_TLS, ERR_NET. */
enum tls_step tls_handshake(struct tls *tls, struct err *err);
/* Says of a handshake for which there was no answer what that may mean; returns false. */
bool tls_explain_silence(const struct tls *tls, struct err *err);
enum tls_step tls_receive(struct tls *tls, char *bytes, size_t len, size_t *got, struct err *err);
enum tls_step tls_send(struct tls *tls, const char *bytes, size_t len, size_t *done,
		       struct err *err);

/*
 * The verdict on the peer's certificate as the settings ask; see trust.h. It is found during the
 * handshake, which fails where it is bad; where no certificate came it is found here.
 */
bool tls_verify(struct tls *tls, struct err *err) MUST_USE;

/* What ties a login to one connection, so that nobody between can pass it on; RFC 5929, RFC 9266.
 */
enum tls_binding { TLS_BINDING_NONE, TLS_BINDING_EXPORTER, TLS_BINDING_UNIQUE };

/*
 * Appends the channel binding of a session after its handshake: tls-exporter for TLS 1.3,
 * tls-unique for TLS 1.2 with the extended master secret (RFC 7627). Anything else has none that
 * could be trusted.
 */
enum tls_binding tls_channel_binding(const struct tls *tls, struct str *out);

/* Sends a close_notify if that is possible without waiting. */
void tls_bye(struct tls *tls);

/* Appends the session's parameters and the peer's certificate as lines for a person. */
void tls_describe(const struct tls *tls, struct str *out);
