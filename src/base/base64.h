/* base64.h - base64 and back */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* What a digit of base64 stands for, -1 where it is none. */
int base64_digit(char c);

/* Appends base64 with padding and without line ends. RFC 4648 section 4. */
void base64_add(struct str *out, const void *bytes, size_t len);

/*
 * Appends what base64 stands for; false where the text is none, or not the one that base64_add
 * makes, or where `out` is full. What was appended until then stays.
 */
bool base64_read(struct str *out, const char *text, size_t len) MUST_USE;
