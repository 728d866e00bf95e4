/* filekind.h - recognising files given in place of certificates, by their first bytes; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

/* Whether the bytes are DER (X.690), the usual form of certificates besides PEM (RFC 7468). */
bool filekind_is_der(const char *bytes, size_t len);

/*
 * Describes a file in which no certificate was found, for an error text: its kind, and the command
 * that converts it into certificates if there is one. NULL: unknown.
 */
const char *filekind_words(const char *bytes, size_t len);
