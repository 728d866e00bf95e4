/* secret_input.h - secrets that lie ready: in a file, at an open descriptor, in the environment */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/* Of a file, of a pipe, and of what a command prints. */
enum { SECRET_INPUT_MAX = 1 << 20 };

/* The first line of a text, without its end. ERR_CONFIG: it is empty, or has a NUL byte. */
bool secret_input_first_line(const struct str *text, struct secret *out, struct err *err) MUST_USE;

/*
 * The first line of a file. A name without a slash in front counts from $CREDENTIALS_DIRECTORY. The
 * file has to be private (private.h), unless it belongs to root or is in that folder. ERR_CONFIG.
 */
bool secret_input_file(const char *path, int64_t deadline, struct secret *out,
		       struct err *err) MUST_USE;
/* The same, but all of a file that begins with '{', as a JSON object does. */
bool secret_input_file_or_object(const char *path, int64_t deadline, struct secret *out,
				 struct err *err) MUST_USE;

/*
 * What stood at a descriptor, or in a variable of the environment, when this process was started.
 * The first call takes it away from there, so that no child gets it; it is kept for the further
 * ones. `found` is borrowed; NULL: there is nothing. The first line of it counts. ERR_CONFIG: it
 * can't be read, or there is no password in it.
 */
bool secret_input_descriptor(int fd, int64_t deadline, const struct secret **found,
			     struct err *err) MUST_USE;
const struct secret *secret_input_variable(const char *name);
