/* mime.h - what is not ASCII in a header: encoded-words and parameters */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/*
 * Appends UTF-8 text as encoded-words of at most 75 characters, folded with CRLF and a space so
 * that no line exceeds 76. `column` is where on its line the text begins; it folds before the first
 * word where that has no room. Returns the column behind the last word. What is not printable UTF-8
 * is encoded as `?`. RFC 2047 sections 2 and 5.
 */
size_t mime_add_encoded_words(struct str *out, const char *text, size_t column);
/*
 * The same for bytes as they are, which may be no UTF-8: the charset is then called unknown-8bit,
 * as in RFC 1428.
 */
size_t mime_add_encoded_bytes(struct str *out, const char *bytes, size_t len, size_t column);

/*
 * Appends a parameter of a Content- field: ";", a fold, and "name=value", with quotes where they
 * are needed. What is not ASCII, too long for a line, or would need a backslash within quotes
 * (which readers understand differently) has the form of RFC 2231. There are no control characters
 * in it.
 */
void mime_add_parameter(struct str *out, const char *name, const char *value);
/*
 * The same for one that a header had already: it keeps its form where that can be sent. One that
 * has a form of RFC 2231 (its name has an asterisk) stays in it.
 */
void mime_keep_parameter(struct str *out, const char *name, const char *value);
