/* uri.h - what is secret in the URI of an object on a token, and what is not */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

/* Whether a text names an object on a PKCS#11 token (RFC 7512) and not a file. */
bool uri_is_token(const char *text);

/* Whether the PIN stands in the URI itself, and not elsewhere. */
bool uri_has_pin_value(const char *uri);

/* The URI without its PIN, and without saying where that is; the caller frees it. */
char *uri_without_pin(const char *uri) MUST_USE;

/*
 * Stores the PIN in the URI (pin-value), or the first line of the file that it names (pin-source);
 * stores nothing where there is neither. ERR_NOINPUT: the file can't be read; ERR_CONFIG: there is
 * no PIN there, or a program is named.
 */
bool uri_get_pin(const char *uri, struct secret *pin, struct err *err) MUST_USE;
