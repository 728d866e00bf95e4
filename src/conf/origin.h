/* origin.h - where the value of a setting comes from */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

enum origin_kind {
	ORIGIN_DEFAULT,
	ORIGIN_FILE,
	ORIGIN_ENVIRONMENT,
	ORIGIN_MESSAGE, /* its From field */
	ORIGIN_COMMAND_LINE,
	ORIGIN_QUEUE, /* the command line of the process that took the message */
};

/*
 * Where a value comes from. `file` and `line` belong to ORIGIN_FILE; the name is borrowed from the
 * struct config that read the file. `is_explicit` is false for what an account merely got from
 * `defaults`: such a value does not travel to the accounts that are built on this one.
 */
struct origin {
	enum origin_kind kind;
	bool is_explicit;
	const char *file;
	int line;
};

/* Appends "FILE:LINE", "environment", "From field", "command line" or "default". */
void origin_print(const struct origin *origin, struct str *out);
