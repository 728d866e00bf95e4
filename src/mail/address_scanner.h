/* address_scanner.h - the tokens of address fields, as people and programs write these */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

#include <stddef.h>

/*
 * Any other special character stands for itself. A quote or a parenthesis that is never closed is
 * open: it is a character of the text, and what follows it are tokens again.
 */
enum address_token {
	TOKEN_END = 0,
	TOKEN_ATOM = 'a',
	TOKEN_QUOTED = 'q',
	TOKEN_LITERAL = 'l',
	TOKEN_OPEN_QUOTE = '"',
	TOKEN_OPEN_COMMENT = '(',
	TOKEN_CONTROL = 'c', /* a control character where none can be, or half a line end */
};

enum { OPEN_COMMENTS_MAX = 8 };

/*
 * Reads tokens from text[0..len). `value` is the atom, the literal, or what the quotes hold. The
 * time is linear in `len`: open quotes and parentheses are looked for once, and after a few of the
 * latter each one counts as open.
 */
struct address_scanner {
	const char *text;
	size_t len;
	size_t start;     /* where the token begins */
	size_t at;        /* the end of the token */
	size_t last;      /* the end of the token before it */
	char token;       /* enum address_token, or a special character */
	bool after_blank; /* blanks or comments stand before the token */
	bool is_odd; /* it met a blank or an encoded-word that RFC 5322 does not allow; the caller
			clears it */
	struct str value;
	size_t open_quote; /* where the first open quote is, plus one; 0: not known */
	size_t open_comments[OPEN_COMMENTS_MAX];
	size_t open_count;
};

void address_scanner_init(struct address_scanner *s, const char *text, size_t len);
void address_scanner_done(struct address_scanner *s);
/* Reads the next token. */
void address_scanner_next(struct address_scanner *s);
/* Reads the token that begins at `at`, which is a place where one began. */
void address_scanner_go(struct address_scanner *s, size_t at);
/* Length of a blank: a space, a tab, or a line end that folds (or that is the last of the text). */
size_t address_scanner_blank(const struct address_scanner *s, size_t at);
/* Length of what looks like a blank or like nothing (U+00A0, U+200B, U+FEFF), 0 for all else. */
size_t address_scanner_odd_blank(const char *text, size_t len);
/* Whether the token is that word, in any case. */
bool address_scanner_is(const struct address_scanner *s, const char *word);
