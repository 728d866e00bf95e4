/* access_token.h - reading an OAuth 2.0 access token from the output of a command; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/* The greatest length of a token. */
enum { ACCESS_TOKEN_MAX = 64 * 1024 };

/* `expires` is in seconds since 1970; 0: unknown. */
struct access_token {
	struct secret secret;
	int64_t expires;
};

void access_token_done(struct access_token *token);

/*
 * Reads the output of a command or the content of a file. Either the first line is the token
 * (perhaps with "Bearer" before it, or in quotes), or the whole is a JSON object with
 * `access_token` (RFC 6749 section 5.1) or `accessToken`; `token` counts as well if the object has
 * a time of expiry. The time of expiry is the earliest of `expires_in` (seconds after `now`),
 * `expires_at`, `expires_on`, `expiresOn`, `expiry` and the like (seconds or milliseconds since
 * 1970, a time of RFC 3339, or one without zone, which is local). The characters of the token are
 * not checked here (access_token_check). ERR_CONFIG: the output is neither. ERR_AUTH: the object
 * reports an `error`, which the text names; no other part of the output is in the text.
 */
bool access_token_read(const struct str *output, int64_t now, struct access_token *out,
		       struct err *err) MUST_USE;

/*
 * Accepts only tokens of visible ASCII characters: other characters have a meaning in the SASL
 * response. ERR_CONFIG.
 */
bool access_token_check(const struct secret *token, struct err *err) MUST_USE;
