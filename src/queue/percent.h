/* percent.h - texts in a queue file: bytes that are not plain as %XX; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* Appends a text without blanks, line ends and bytes beyond ASCII: these become %XX. */
void percent_add(struct str *out, const char *text);
/* Appends `before`, the encoded text and `after`; nothing if the text is NULL. */
void percent_add_field(struct str *out, const char *before, const char *text, const char *after);
/*
 * Decodes into a fresh text. NULL: percent_add does not write it like that, so that each text has
 * one form only.
 */
char *percent_decode(const char *bytes, size_t len) MUST_USE;
