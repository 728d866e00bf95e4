/* origin.h - the source of a setting's value */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

enum origin_kind {
	ORIGIN_DEFAULT,
	ORIGIN_FILE,
	ORIGIN_ENVIRONMENT,
	ORIGIN_MESSAGE, /* the From field of the message */
	ORIGIN_COMMAND_LINE,
	ORIGIN_QUEUE, /* the command line of the process that took the message */
};

/*
 * The source of a value. `file` and `line` belong to ORIGIN_FILE; the name is borrowed from the
 * struct config of the file. `is_explicit` is false for a value that an account has from
 * `defaults`: accounts that are built on this one do not inherit such a value.
 */
struct origin {
	enum origin_kind kind;
	bool is_explicit;
	const char *file;
	int line;
};

/* Appends "FILE:LINE", "environment", "From field", "command line" or "default". */
void origin_print(const struct origin *origin, struct str *out);
