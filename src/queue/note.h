/* note.h - reading the notes that attempts append to a queue file; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A line: seconds since 1970, a name of sysexits(3), and a text. Neither has a NUL at its end. A
 * line in another form is all text, with `when` 0 and `status` NULL.
 */
struct note {
	int64_t when;
	const char *status;
	size_t status_len;
	const char *text;
	size_t len;
};

/* Reads the first of the notes, and moves to the next. False: no notes are left. */
bool note_next(const char **notes, struct note *note);

/* Reads the last of the notes. False: there are none. */
bool note_last(const char *notes, struct note *note);
