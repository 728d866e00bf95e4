/* source.h - the files and texts that a message is made of */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/scratch.h"
#include "mail/part.h"

/*
 * A text that is kept by us, so that it can be judged before it is written, and does not change in
 * between. `is_there` once it was read. CRs before an LF are left out unless it `is_file`.
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

/* Reads it from a descriptor; `path` is what an error calls that. ERR_NOINPUT, ERR_IO, ERR_SYSTEM.
 */
bool source_read(struct source *source, int fd, const char *path, struct err *err) MUST_USE;

/*
 * Opens a regular file, -1 on failure. No others: they may make us wait, or never end; what they
 * say can be given on standard input. ERR_NOINPUT.
 */
int source_open_file(const char *path, struct err *err) MUST_USE;
/* Reads an open file to its end to judge what is in it. ERR_NOINPUT. */
bool source_judge(int fd, const char *path, struct part_text *text, struct err *err) MUST_USE;
/* Says, by errno, that a file can't be read; returns false. */
bool source_cannot_read(const char *path, struct err *err);
