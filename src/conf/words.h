/* words.h - words in a line, and the type of setting that is a program with its arguments */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/type.h"

/* Returns the end of the blanks that begin at `at`. Line ends and NUL bytes count as blanks. */
const char *words_skip_blanks(const char *at, const char *end);

/*
 * Appends the next word of a line that ends at `end`, and moves *at after it. Blanks separate
 * words, except between single or double quotes, which may begin anywhere in a word; no other
 * character is special. `is_whole` is false if the line ends before a quote is closed. False: there
 * is no other word.
 */
bool words_next(const char **at, const char *end, struct str *word, bool *is_whole) MUST_USE;

/*
 * Splits a text into words: a vector that ends with NULL, as execvp(3) takes it. NULL if a quote is
 * not closed, or there is no word. words_free releases it.
 */
char **words_split(const char *text) MUST_USE;
void words_free(char **words);
/* Appends the words as a text that words_split splits into the same words. */
void words_print(char *const *words, struct str *out);

/* The type of setting that is a program with its arguments. */
extern const struct option_type option_type_WORDS;
