/* oauth.h - SASL exchanges with an access token: OAUTHBEARER (RFC 7628) and XOAUTH2 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/settings.h"
#include "smtp/sasl_backend.h"

/* Limit for the display of a server's error message, or of one member of it, in octets. */
enum { OAUTH_SHOWN_MAX = 200 };

/*
 * Appends the client's message: "user=..." for XOAUTH2, or with `is_bearer` the message with a GS2
 * header.
 */
void oauth_add_response(struct str *out, bool is_bearer, const struct settings *settings,
			const struct secret *token);

/*
 * Appends a server's error message, printable: the members `status` and `scope` if it is the JSON
 * that it should be, else the message itself.
 */
void oauth_add_remark(struct str *out, const char *message, size_t len);

extern const struct sasl_backend oauth_backend;
