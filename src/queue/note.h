/* note.h - reading the lines that attempts leave behind a record; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One line: seconds since 1970, a name of sysexits(3), and a text. Neither is terminated. A line in
 * another form is all text, with 0 and NULL for the others.
 */
struct note {
	int64_t when;
	const char *status;
	size_t status_len;
	const char *text;
	size_t len;
};

/* Reads the first of the notes and moves on. False when there is none left. */
bool note_next(const char **notes, struct note *note);

/* Reads the last one. False when there is none. */
bool note_last(const char *notes, struct note *note);
