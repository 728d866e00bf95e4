/* mime.h - encodings: base64, and words beyond ASCII in header fields */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* Appends base64 with padding and without line ends. RFC 4648 section 4. */
void mime_add_base64(struct str *out, const void *bytes, size_t len);

/*
 * Appends UTF-8 text as encoded-words of at most 75 characters, folded with CRLF and a space so
 * that no line exceeds 76. `column` is where on its line the text begins; it folds before the first
 * word where that has no room. Returns the column behind the last word. What is not printable UTF-8
 * is encoded as `?`. RFC 2047 sections 2 and 5.
 */
size_t mime_add_encoded_words(struct str *out, const char *text, size_t column);
