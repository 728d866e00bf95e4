/* mime.h - what is not ASCII in a header: encoded-words and parameters */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "mail/charset.h"

/*
 * Appends UTF-8 text as encoded-words of at most 75 characters, folded with CRLF and a space so
 * that no line exceeds 76. `column` is where on its line the text begins; it folds before the first
 * word where that has no room. Returns the column after the last word. What is not printable UTF-8
 * is encoded as `?`. RFC 2047 sections 2 and 5.
 */
size_t mime_add_encoded_words(struct str *out, const char *text, size_t column);
/*
 * The same for bytes as they are, in the charset that charset_of finds for them; `named` is what
 * the message names for its text.
 */
size_t mime_add_encoded_bytes(struct str *out, const char *bytes, size_t len, struct charset named,
			      size_t column);
/* The same in this charset, of which all bytes are. */
size_t mime_add_encoded_in(struct str *out, const char *bytes, size_t len, struct charset charset,
			   size_t column);

/* "=?charset?q?text?=", in pieces. */
struct mime_word {
	const char *charset;
	size_t charset_len; /* without a language, RFC 2231 section 5 */
	bool is_quoted;     /* Q, and not B */
	const char *text;
	size_t text_len;
	size_t len; /* of the whole */
};

/*
 * Whether an encoded-word begins here. As readers do, takes one whose text has what RFC 2047
 * forbids: blanks and bytes beyond ASCII. The text is terminated.
 */
bool mime_find_word(const char *text, struct mime_word *word);
/* Appends what an encoded-word with Q says. */
void mime_add_unquoted(struct str *out, const struct mime_word *word);
/* Appends a text as readers see it: what encoded-words in UTF-8 say; others stay as they are. */
void mime_add_decoded(struct str *out, const char *text);

/*
 * Appends a parameter of a Content- field: ";", a fold, and "name=value", with quotes where they
 * are needed. What is not ASCII, too long for a line, or would need a backslash within quotes
 * (which readers understand differently) has the form of RFC 2231. There are no control characters
 * in it.
 */
void mime_add_parameter(struct str *out, const char *name, const char *value);
/*
 * The same for one that a header had already: it keeps its form where that can be sent. One that
 * has a form of RFC 2231 (its name has an asterisk) stays in it. A file's name is parted where
 * it is long, and one that nobody knows where it can't be sent else: many readers look for a
 * boundary, or a charset, in one piece only.
 */
void mime_keep_parameter(struct str *out, const char *name, const char *value,
			 struct charset named);
