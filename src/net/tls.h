/* tls.h - one TLS client session, by GnuTLS */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "net/target.h"

#include <stdint.h>

/* The result of a step, none of which blocks. */
enum tls_step { TLS_DONE, TLS_WANTS_READ, TLS_WANTS_WRITE, TLS_ENDED, TLS_FAILED };

struct tls;

/*
 * Loads the files of the settings (trust file, CRL, key, certificate, priorities) before any
 * connection; a token has until the deadline. `password` is the account's, used for the key, and
 * may be empty; see identity_wants_password. ERR_NOINPUT: a file can't be read or is empty;
 * ERR_CONFIG: bad priorities; for a key with a PIN, also the errors of identity_init.
 */
struct tls *tls_new(const struct settings *settings, const struct secret *password,
		    int64_t deadline, struct err *err) MUST_USE;
void tls_free(struct tls *tls);

/*
 * Sets the reference names: the certificate must bear one of them, unless tls_fingerprint is the
 * only check. The first is also the server name for SNI. They are borrowed until the handshake is
 * over.
 */
void tls_expect_names(struct tls *tls, const struct target_names *names);

/* Uses a connected non-blocking socket. A token has until the deadline to sign. */
void tls_attach(struct tls *tls, int fd, int64_t deadline);

/*
 * The steps of a session. After TLS_WANTS_READ or TLS_WANTS_WRITE the caller waits and calls again.
 * Failures: ERR_TLS, ERR_NET.
 */
enum tls_step tls_handshake(struct tls *tls, struct err *err);
/* Adds the likely cause to the error of a handshake without an answer; returns false. */
bool tls_explain_silence(const struct tls *tls, struct err *err);
enum tls_step tls_receive(struct tls *tls, char *bytes, size_t len, size_t *got, struct err *err);
enum tls_step tls_send(struct tls *tls, const char *bytes, size_t len, size_t *done,
		       struct err *err);

/*
 * Verifies the peer's certificate as the settings ask; see trust.h. The verdict is found during the
 * handshake, which fails if it is bad; if the peer sent no certificate, it is found here.
 */
bool tls_verify(struct tls *tls, struct err *err) MUST_USE;

/*
 * The kinds of channel binding, which ties a login to one connection, so that an attacker in the
 * middle can't pass it on; RFC 5929, RFC 9266.
 */
enum tls_binding { TLS_BINDING_NONE, TLS_BINDING_EXPORTER, TLS_BINDING_UNIQUE };

/*
 * Appends the channel binding of a session after its handshake: tls-exporter for TLS 1.3,
 * tls-unique for TLS 1.2 with the extended master secret (RFC 7627). Other sessions have no binding
 * that can be trusted.
 */
enum tls_binding tls_channel_binding(const struct tls *tls, struct str *out);

/* Sends a close_notify if that is possible without waiting. */
void tls_bye(struct tls *tls);

/* Appends the session's parameters and the peer's certificate as lines for a person. */
void tls_describe(const struct tls *tls, struct str *out);
