/* sasl.h - choice of a SASL mechanism, and logging in with it (AUTH) */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "smtp/client.h"
#include "smtp/mechanism.h"

/* The secret that the mechanism of that name (upper case) needs. */
enum mechanism_need sasl_need(const char *mechanism);

/*
 * Chooses the mechanism: the one of the settings, else the strongest that the server offers and
 * that "auth on" may choose; with an access token, one for tokens. ERR_UNAVAILABLE: the server has
 * no AUTH, or not that mechanism, or none that may be chosen, or the TLS session has no channel
 * binding for it.
 */
const char *sasl_choose(const struct client *client, bool is_token, struct err *err) MUST_USE;

/*
 * Performs AUTH with its exchange, RFC 4954. Only a 235 after the mechanism has come to its end is
 * a success. If the settings name no mechanism, and this one is impossible here or unknown to the
 * server (504, or a 5yz that says so), the next weaker one is tried; but never after a refusal that
 * may be about the password.
 *
 * ERR_AUTH: refused for good, or the server could not prove that it knows the password; ERR_DEFER:
 * deferred; ERR_UNAVAILABLE: the library lacks the mechanism; ERR_PROTO: nonsense. After a refusal
 * (err->code is 535 if it is about the secret) the caller may try another secret.
 */
bool sasl_login(struct client *client, const char *mechanism, const struct secret *secret,
		struct err *err) MUST_USE;
