/* words.h - the body of a header field in words, of which some become encoded-words; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/address.h"
#include "mail/mime.h"

/* How a body is written anew. */
struct words_style {
	bool is_structured;               /* quotes, comments and specials count */
	bool has_ids;                     /* what stands in angle brackets can't be encoded */
	struct charset charset;           /* that of the message's text */
	const struct address_place *kept; /* parts of the text that stay as they are, in order */
	size_t kept_count;
};

/*
 * Appends an unfolded body, folded at blanks so that lines are short, and with encoded-words where
 * it is beyond ASCII, or a text without a blank is too long for a line. `column` is where it
 * begins. Encoded-words that are there already stay; one that has bytes beyond ASCII in it is put
 * right. False: there are such bytes where nothing can be encoded, and they are left.
 */
bool words_add(struct str *out, const char *text, size_t column, const struct words_style *style);

/* The length of the word that begins here in a structured body: a special, a quoted string, ... */
size_t words_len(const char *text);
