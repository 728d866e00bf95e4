/* access_token.h - OAuth 2.0 access tokens: what a command prints of one; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/* Longer ones are refused. */
enum { ACCESS_TOKEN_MAX = 64 * 1024 };

/* `expires` is in seconds since 1970; 0: nobody said when. */
struct access_token {
	struct secret secret;
	int64_t expires;
};

void access_token_done(struct access_token *token);

/*
 * Reads what a command printed, or a file holds: a token alone in the first line (maybe with
 * "Bearer" before it, or in quotes), or a JSON object with `access_token` as RFC 6749 section 5.1
 * has it, or `accessToken`; `token` counts where the object says when it expires. That is the
 * earliest of `expires_in` (seconds after `now`), `expires_at`, `expires_on`, `expiresOn`, `expiry`
 * and the like (seconds or milliseconds since 1970, a time of RFC 3339, or one without zone, which
 * is local). ERR_CONFIG: it is neither. The token is for access_token_check. ERR_AUTH: the object
 * is about an `error`, which the text names; nothing else of the output is in it.
 */
bool access_token_read(const struct str *output, int64_t now, struct access_token *out,
		       struct err *err) MUST_USE;

/*
 * A token goes into a protocol in which other characters mean something: only visible ones of ASCII
 * are taken. ERR_CONFIG.
 */
bool access_token_check(const struct secret *token, struct err *err) MUST_USE;
