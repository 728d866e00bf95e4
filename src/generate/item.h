/* item.h - the tables of settings and options as rows, for what is generated from them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>

/* A setting (with a type) or an option of the command line (without). */
struct item {
	const char *group;
	const char *name;
	const char *type;
	char letter;
	const char *argument;
	const char *value;
	unsigned flags;
	const char *help;
	const char *manual;
};

/* All of them in the order of their tables; a row of zeros is the end. */
extern const struct item item_flags[];
extern const struct item item_settings[];

/* Whether completions offer it as a long option. */
bool item_is_offered(const struct item *item);
/* Its short option, or the first of several; NUL where it has none. */
char item_letter(const struct item *item);
/* Whether its argument can be left out. */
bool item_is_optional(const struct item *item);

/* Whether there are words to choose from, and printing them: those in lower case. */
bool item_has_words(const struct item *item);
void item_put_words(const struct item *item, const char *separator);

/* Prints a name as a long option has it. */
void item_put_dashed(const char *name);
/* Prints a text with a backslash before each of the characters that need one. */
void item_put_escaped(const char *text, const char *special);
