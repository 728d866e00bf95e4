/* mime.h - text beyond ASCII in a header: encoded-words and parameters */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "mail/charset.h"

/*
 * Appends UTF-8 text as encoded-words of at most 75 characters, folded with CRLF and a space into
 * lines of at most 76. `column` is where the text begins on its line; a fold goes before the first
 * word if it has no room there. Returns the column after the last word. Bytes that are not
 * printable UTF-8 are encoded as `?`. RFC 2047 sections 2 and 5.
 */
size_t mime_add_encoded_words(struct str *out, const char *text, size_t column);
/*
 * The same for unchanged bytes, in the charset that charset_of() chooses; `named` is the charset of
 * the message's text.
 */
size_t mime_add_encoded_bytes(struct str *out, const char *bytes, size_t len, struct charset named,
			      size_t column);
/* The same in this charset; all bytes must be characters of it. */
size_t mime_add_encoded_in(struct str *out, const char *bytes, size_t len, struct charset charset,
			   size_t column);

/* The pieces of "=?charset?q?text?=". */
struct mime_word {
	const char *charset;
	size_t charset_len; /* without a language, RFC 2231 section 5 */
	bool is_quoted;     /* Q, not B */
	const char *text;
	size_t text_len;
	size_t len; /* of the whole encoded-word */
};

/*
 * Whether an encoded-word begins here. As mail readers do, accepts blanks and bytes beyond ASCII in
 * its text, which RFC 2047 forbids. The text is terminated.
 */
bool mime_find_word(const char *text, struct mime_word *word);
/* Appends the decoded text of an encoded-word in Q. */
void mime_add_unquoted(struct str *out, const struct mime_word *word);
/*
 * Appends a text as mail readers show it: encoded-words in UTF-8 are decoded, others stay as they
 * are.
 */
void mime_add_decoded(struct str *out, const char *text);

/*
 * Appends a parameter of a Content- field: ";", a fold, and "name=value", quoted if necessary. The
 * RFC 2231 form is used if the value is not ASCII, is too long for a line, or would need a
 * backslash within quotes (which mail readers understand differently). The value has no control
 * characters.
 */
void mime_add_parameter(struct str *out, const char *name, const char *value);
/*
 * The same for an existing parameter: it keeps its form if that can be sent. A parameter in a form
 * of RFC 2231 (its name has an asterisk) stays in it. A long file name is split into sections; so
 * is an unknown parameter that can't be sent otherwise. Others stay in one piece, as many mail
 * readers look for an unsplit boundary or charset.
 */
void mime_keep_parameter(struct str *out, const char *name, const char *value,
			 struct charset named);
