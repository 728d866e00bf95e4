/* sasl.h - logging in */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "smtp/client.h"
#include "smtp/mechanism.h"

/* What a mechanism has to be given, by its name (upper case). */
enum mechanism_need sasl_need(const char *mechanism);

/*
 * The mechanism to log in with: the one that the settings name, else the strongest that the server
 * offers and that is safe unasked; where our secret is an access token, one for tokens.
 * ERR_UNAVAILABLE: the server has no AUTH, or not that mechanism, or none that we would choose, or
 * the TLS session has no channel binding for it.
 */
const char *sasl_choose(const struct client *client, bool is_token, struct err *err) MUST_USE;

/*
 * AUTH with its exchange, RFC 4954. Only a 235 after the mechanism has come to its end is a
 * success. Where the settings name no mechanism and this one can't be done here, or the server does
 * not know it (504, or a 5yz that says so), the next weaker one is tried; but never after a refusal
 * that may be about the password.
 *
 * ERR_AUTH: refused for good, or the server could not prove that it knows the password; ERR_DEFER:
 * refused for now; ERR_UNAVAILABLE: the library can't do it; ERR_PROTO: nonsense. After a refusal
 * (err->code is 535 where it is about the secret) another secret may be tried.
 */
bool sasl_login(struct client *client, const char *mechanism, const struct secret *secret,
		struct err *err) MUST_USE;
