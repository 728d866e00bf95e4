/* item.h - settings and options as rows of a table, for the generator */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>

/* A setting, which has a type, or an option of the command line, which has none. */
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

/* All rows in the order of their tables. A row of zeros is the end. */
extern const struct item item_flags[];
extern const struct item item_settings[];

/* Whether completions offer the item as a long option. */
bool item_is_offered(const struct item *item);
/* The short option, or the first of several; NUL if there is none. */
char item_letter(const struct item *item);
/* Whether the argument can be left out. */
bool item_is_optional(const struct item *item);

/*
 * Whether the argument is one of some words, and printing these. A word in capitals stands for a
 * value, and is not printed.
 */
bool item_has_words(const struct item *item);
void item_put_words(const struct item *item, const char *separator);

/* Prints a name in the form of a long option. */
void item_put_dashed(const char *name);
/* Prints a text with a backslash before each of the `special` characters. */
void item_put_escaped(const char *text, const char *special);
