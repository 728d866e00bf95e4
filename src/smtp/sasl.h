/* sasl.h - logging in, by libgsasl */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "smtp/client.h"

/* SCRAM's iterations are work that the server makes us do; more than this is an attack. */
enum { SASL_ITERATIONS_MAX = 1000000 };

/*
 * The mechanism to log in with: the one that the settings name, else the strongest that the server
 * offers, of those that are safe unasked. ERR_UNAVAILABLE: the server has no AUTH, or not that
 * mechanism, or none that we would choose.
 */
const char *sasl_choose(const struct settings *settings, const struct capabilities *can,
			struct err *err) MUST_USE;

/* Whether a mechanism proves the knowledge of a password. */
bool sasl_needs_password(const char *mechanism);

/*
 * AUTH with its exchange, RFC 4954; with an initial response where the mechanism has one. Only a
 * 235 after the mechanism has come to its end is a success. ERR_AUTH: refused for good, or the
 * server could not prove that it knows the password; ERR_DEFER: refused for now; ERR_PROTO:
 * nonsense.
 */
bool sasl_login(struct client *client, const char *mechanism, const struct secret *password,
		struct err *err) MUST_USE;

/*
 * The iteration count in a decoded first message of a SCRAM server (RFC 5802 section 7); 0 where
 * there is none, or one that is no number.
 */
unsigned long sasl_scram_iterations(const char *message, size_t len);
