/* words.h - words in a line, and the type of setting that is a program with its arguments */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/type.h"

/* Where the blanks end that begin at `at`. Line ends and NUL bytes are blanks, too. */
const char *words_skip_blanks(const char *at, const char *end);

/*
 * Appends the next word of a line that ends at `end`, and moves *at behind it. Blanks part words;
 * what is between single or double quotes keeps together, anywhere in a word; nothing else is
 * special. `is_whole` is false where the line ends before a quote is closed. False: there is no
 * other word.
 */
bool words_next(const char **at, const char *end, struct str *word, bool *is_whole) MUST_USE;

/*
 * All words of a text as a vector that ends with NULL, as execvp(3) takes it; NULL where a quote is
 * not closed, or there is no word. words_free releases it.
 */
char **words_split(const char *text) MUST_USE;
void words_free(char **words);
/* Appends them as a text that words_split takes apart into the same words. */
void words_print(char *const *words, struct str *out);

/* The type of setting that is a program with its arguments. */
extern const struct option_type option_type_WORDS;
