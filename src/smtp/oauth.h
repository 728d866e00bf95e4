/* oauth.h - the messages of OAUTHBEARER (RFC 7628) and XOAUTH2; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/settings.h"
#include "smtp/sasl_backend.h"

/* So many octets are shown of a member of what a server says of a token, or of a message without.
 */
enum { OAUTH_SHOWN_MAX = 200 };

/* Appends the client's message: "user=...", or with `is_bearer` the one with a GS2 header. */
void oauth_add_response(struct str *out, bool is_bearer, const struct settings *settings,
			const struct secret *token);

/*
 * Appends what a server's error message says, printable: the members `status` and `scope` where it
 * is the JSON that it should be, else the message itself.
 */
void oauth_add_remark(struct str *out, const char *message, size_t len);

extern const struct sasl_backend oauth_backend;
