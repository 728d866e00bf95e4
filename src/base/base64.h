/* base64.h - writing and reading base64 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* The value of a base64 digit, -1 for any other character. */
int base64_digit(char c);

/* Appends base64 with padding and without line ends. RFC 4648 section 4. */
void base64_add(struct str *out, const void *bytes, size_t len);

/*
 * Decodes base64 and appends the bytes. Takes only the form that base64_add writes. False: another
 * text, or `out` is full; bytes that were already appended stay.
 */
bool base64_read(struct str *out, const char *text, size_t len) MUST_USE;
