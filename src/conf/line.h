/* line.h - a line of a config file: a command and its argument; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * The outer quotes of the argument are removed, unless they are part of it: for a setting with
 * OPTION_QUOTES, and for `account`, see line_unquote_names.
 */
struct line {
	char *name; /* NULL: the line is empty or a comment */
	char *text;
	bool is_quoted; /* the argument was in quotes */
};

/* Splits a line in place. */
struct line line_split(char *text);

/* Removes blanks at both ends, in place. */
char *line_trim(char *text);
/* Removes a pair of outer quotes, in place. */
char *line_unquote(char *text);
/* The same for `"NAME : BASE"`, with quotes around all names; quotes of a single name stay. */
char *line_unquote_names(char *text);

/*
 * True if a file is in UTF-16, with or without a byte order mark: each ASCII character has a NUL
 * byte.
 */
bool line_is_utf16(const char *bytes, size_t len);
