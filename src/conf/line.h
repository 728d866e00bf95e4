/* line.h - a line of a config file: a command and its argument; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * The outer quotes of the argument are taken off, except where they are a part of it: those of
 * OPTION_QUOTES, and those of `account`, which line_unquote_names takes off.
 */
struct line {
	char *name; /* NULL: there is no command, or a comment */
	char *text;
	bool is_quoted; /* the argument was in quotes */
};

/* Splits a line in place. */
struct line line_split(char *text);

/* Cuts blanks off both ends, in place. */
char *line_trim(char *text);
/* Takes a pair of outer quotes off, in place. */
char *line_unquote(char *text);
/* The same for `"NAME : BASE"`, where they are around all the names; else leaves them. */
char *line_unquote_names(char *text);

/*
 * True if a file is in UTF-16, with or without a byte order mark: each ASCII character has a NUL
 * byte.
 */
bool line_is_utf16(const char *bytes, size_t len);
