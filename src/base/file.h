/* file.h - named files: opening without waiting, checking the type, reading within limits */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * Time limits for a file that is a pipe or a device: for all of it, and for the first writer of a
 * named pipe. A regular file has none, as reading it never waits for another process.
 */
enum { FILE_SECONDS = 30, FILE_WRITER_SECONDS = 5 };

/*
 * Opens a file for reading. It may be a regular file, a pipe or a character device; opening waits
 * for none of them. Returns the descriptor, which does not block, or -1 with an error of the given
 * kind. The error's text is the reason alone: the caller puts the name before it. `errno` is then
 * that of open(2), or 0 for a type that is refused (a folder, a socket, a block device).
 */
int file_open(const char *path, enum err_kind kind, struct err *err) MUST_USE;
/* The same for a path relative to an open folder. */
int file_open_at(int folder, const char *name, enum err_kind kind, struct err *err) MUST_USE;

bool file_is_regular(int fd);

/*
 * Appends the content of a file that file_open has opened, to its end. Fails with an error of the
 * given kind, whose text is the reason alone: a read error, more than out->max bytes (out->is_full
 * is then set), a pipe without a writer, or no end by the deadline.
 */
bool file_read(int fd, int64_t deadline, struct str *out, enum err_kind kind,
	       struct err *err) MUST_USE;
/* The same up to the end of the first line; more may be appended. */
bool file_read_line(int fd, int64_t deadline, struct str *out, enum err_kind kind,
		    struct err *err) MUST_USE;

/* Opens a file and reads it to its end, within FILE_SECONDS. */
bool file_load(const char *path, struct str *out, enum err_kind kind, struct err *err) MUST_USE;
/* The same, for a file that must be a regular one. */
bool file_load_regular(const char *path, struct str *out, enum err_kind kind,
		       struct err *err) MUST_USE;
