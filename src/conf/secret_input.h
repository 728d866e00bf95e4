/* secret_input.h - secrets from a file, an open descriptor or the environment */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/* Most bytes of a file, of a pipe, and of the output of a command. */
enum { SECRET_INPUT_MAX = 1 << 20 };

/*
 * The first line of a text, without the line end. ERR_CONFIG: the line is empty, or has a NUL byte.
 */
bool secret_input_first_line(const struct str *text, struct secret *out, struct err *err) MUST_USE;

/*
 * The first line of a file. A path that does not begin with a slash starts from
 * $CREDENTIALS_DIRECTORY. The file must be private (private.h), unless it belongs to root or is in
 * that folder. ERR_CONFIG.
 */
bool secret_input_file(const char *path, int64_t deadline, struct secret *out,
		       struct err *err) MUST_USE;
/* The same; a file that begins with '{' (a JSON object) is read to its end. */
bool secret_input_file_or_object(const char *path, int64_t deadline, struct secret *out,
				 struct err *err) MUST_USE;

/*
 * The secret at a descriptor, or in a variable of the environment, that this process was started
 * with: the first line. The first call closes the descriptor or removes the variable, so that no
 * child gets it; later calls return the same secret. `found` is borrowed; NULL: there is none.
 * ERR_CONFIG: the descriptor can't be read, or holds no password.
 */
bool secret_input_descriptor(int fd, int64_t deadline, const struct secret **found,
			     struct err *err) MUST_USE;
const struct secret *secret_input_variable(const char *name);
