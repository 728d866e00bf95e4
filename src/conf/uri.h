/* uri.h - the URI of an object on a PKCS#11 token, and the PIN in it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

/* True if a text is the URI of an object on a PKCS#11 token (RFC 7512), and no file name. */
bool uri_is_token(const char *text);

/* True if the URI itself contains the PIN (pin-value). */
bool uri_has_pin_value(const char *uri);

/* The URI without its PIN or the place of its PIN; the caller frees it. */
char *uri_without_pin(const char *uri) MUST_USE;

/*
 * Stores the PIN of the URI: its pin-value, or the first line of the file that pin-source names.
 * Stores nothing if the URI has neither. ERR_NOINPUT: the file can't be read; ERR_CONFIG: there is
 * no PIN there, or a program is named.
 */
bool uri_get_pin(const char *uri, struct secret *pin, struct err *err) MUST_USE;
