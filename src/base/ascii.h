/* ascii.h - digits, blanks and letters of either case, whatever the locale says */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Keywords, host names and header fields are ASCII. What <ctype.h> and strcasecmp(3) say of them
 * follows the locale, and a Turkish "I" is no "i".
 */
bool ascii_is_digit(char c);
bool ascii_is_alphanumeric(char c);
/* A space or a tab. */
bool ascii_is_blank(char c);
/* A blank, or a character of a line end. */
bool ascii_is_space(char c);

/* The lower case of a letter; anything else as it is. The others change a text in place. */
char ascii_lower(char c);
void ascii_make_lower(char *text);
void ascii_make_upper(char *text);
/* A terminated copy of `len` characters in upper case; the caller frees it. */
char *ascii_upper_copy(const char *text, size_t len);

/* Less than, equal to or greater than 0, as strcmp(3), but without regard to case. */
int ascii_compare(const char *a, const char *b);
/* Whether two runs of `len` characters are the same, without regard to case. */
bool ascii_is_same(const char *a, const char *b, size_t len);
/* Whether the `len` characters are that word, likewise. */
bool ascii_is(const char *text, size_t len, const char *word);
/* Whether the text begins with that word, likewise. */
bool ascii_begins(const char *text, const char *word);
