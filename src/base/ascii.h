/* ascii.h - digits, blanks and letter case in ASCII, independent of the locale */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Keywords, host names and header fields are ASCII. <ctype.h> and strcasecmp(3) follow the locale,
 * where a Turkish "I" is no "i".
 */
bool ascii_is_digit(char c);
bool ascii_is_alphanumeric(char c);
/* A space or a tab. */
bool ascii_is_blank(char c);
/* A blank, or a character of a line end. */
bool ascii_is_space(char c);

/*
 * Returns a letter in lower case, any other character unchanged. The next two change a text in
 * place.
 */
char ascii_lower(char c);
void ascii_make_lower(char *text);
void ascii_make_upper(char *text);
/* A terminated copy of `len` characters in upper case; the caller frees it. */
char *ascii_upper_copy(const char *text, size_t len);

/* Compares as strcmp(3) does, ignoring case. */
int ascii_compare(const char *a, const char *b);
/* True if the first `len` characters of both are the same, ignoring case. */
bool ascii_is_same(const char *a, const char *b, size_t len);
/* True if the `len` characters are exactly that word, ignoring case. */
bool ascii_is(const char *text, size_t len, const char *word);
/* True if the text begins with that word, ignoring case. */
bool ascii_begins(const char *text, const char *word);
