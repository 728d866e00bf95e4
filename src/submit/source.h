/* source.h - the files and texts that a message is made from */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/scratch.h"
#include "mail/part.h"

/*
 * A text that is copied to a scratch file, so that it can be judged before it is written, and does
 * not change in between. `is_there` is set once it was read. Without `is_file`, a CR before an LF
 * is left out.
 */
struct source {
	struct scratch kept;
	struct part_text text;
	bool is_there;
	bool is_file;
};

#define SOURCE_INIT                                                                                \
	{                                                                                          \
		.kept = SCRATCH_INIT                                                               \
	}

void source_done(struct source *source);

/* Reads the text from a descriptor. Errors call it `path`. ERR_NOINPUT, ERR_IO, ERR_SYSTEM. */
bool source_read(struct source *source, int fd, const char *path, struct err *err) MUST_USE;

/*
 * Opens a regular file; -1 on failure. Other kinds of files are refused, because they may block or
 * never end; standard input can take their content. ERR_NOINPUT.
 */
int source_open_file(const char *path, struct err *err) MUST_USE;
/* Reads an open file to its end and judges its text (charset, line lengths). ERR_NOINPUT. */
bool source_judge(int fd, const char *path, struct part_text *text, struct err *err) MUST_USE;
/* Sets ERR_NOINPUT for a file, with the reason in errno. Returns false. */
bool source_cannot_read(const char *path, struct err *err);
