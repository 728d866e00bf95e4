/* address_scanner.h - the tokens of address fields, as people and programs write these */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

#include <stddef.h>

/*
 * The other special characters are tokens of their own value. A quote or a parenthesis that is
 * never closed is "open": it is a character of the text, and tokens follow it.
 */
enum address_token {
	TOKEN_END = 0,
	TOKEN_ATOM = 'a',
	TOKEN_QUOTED = 'q',
	TOKEN_LITERAL = 'l',
	TOKEN_OPEN_QUOTE = '"',
	TOKEN_OPEN_COMMENT = '(',
	TOKEN_CONTROL =
		'c', /* a control character outside quotes and comments, or half of a line end */
};

enum { OPEN_COMMENTS_MAX = 8 };

/*
 * Reads tokens from text[0..len). `value` is the atom, the literal, or the text within the quotes.
 * The time is linear in `len`: open quotes and parentheses are searched for once, and after
 * OPEN_COMMENTS_MAX open parentheses each later parenthesis counts as open.
 */
struct address_scanner {
	const char *text;
	size_t len;
	size_t start;     /* start of the token */
	size_t at;        /* end of the token */
	size_t last;      /* end of the token before */
	char token;       /* enum address_token, or a special character */
	bool after_blank; /* blanks or comments precede the token */
	bool is_odd;      /* saw a blank or an encoded-word that RFC 5322 does not allow; the caller
			     clears it */
	struct str value;
	size_t open_quote; /* offset of the first open quote plus one; 0: unknown */
	size_t open_comments[OPEN_COMMENTS_MAX];
	size_t open_count;
};

void address_scanner_init(struct address_scanner *s, const char *text, size_t len);
void address_scanner_done(struct address_scanner *s);
/* Reads the next token. */
void address_scanner_next(struct address_scanner *s);
/* Reads the token at `at`, which must be the start of a token read before. */
void address_scanner_go(struct address_scanner *s, size_t at);
/* Length of a blank: a space, a tab, or a line end that folds (or ends the text). */
size_t address_scanner_blank(const struct address_scanner *s, size_t at);
/*
 * Length of a character that looks like a blank or is invisible (U+00A0, U+200B, U+FEFF); 0 for all
 * others.
 */
size_t address_scanner_odd_blank(const char *text, size_t len);
/* Whether the token is that word, in any case. */
bool address_scanner_is(const struct address_scanner *s, const char *word);
