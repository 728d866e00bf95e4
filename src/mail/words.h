/* words.h - the words of a header field's body, some of which become encoded-words; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/address.h"
#include "mail/mime.h"

/* The way to rewrite a body. */
struct words_style {
	bool is_structured;               /* quotes, comments and specials count */
	bool has_ids;                     /* text in angle brackets can't be encoded */
	struct charset charset;           /* of the message's text */
	const struct address_place *kept; /* parts of the text that stay as they are, in order */
	size_t kept_count;
};

/*
 * Appends an unfolded body in short lines, folded at blanks. Words beyond ASCII become
 * encoded-words; so does text without blanks that is too long for a line. `column` is where the
 * body begins. Existing encoded-words stay; bytes beyond ASCII within them are repaired. Returns
 * false if bytes beyond ASCII stay in a place where nothing can be encoded.
 */
bool words_add(struct str *out, const char *text, size_t column, const struct words_style *style);

/* Length of the word at the start of a structured body: a special, a quoted string, ... */
size_t words_len(const char *text);
