/* scratch.h - bytes that are kept for a while: in a file, or in memory where no disk takes them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

#include <stdint.h>
#include <sys/types.h>

enum { SCRATCH_MEMORY_MAX = 32 * 1024 * 1024 };

/*
 * Bytes that are appended, and read at any place. They lie in the file `fd` from `base` on, or in
 * `memory` where that is -1. Where a place takes no more (a full disk, the limit on file sizes) all
 * moves on to the next one: $TMPDIR, /tmp, /var/tmp, and at last memory. A file or memory that is
 * borrowed is left as it is by scratch_done, and by moving on.
 */
struct scratch {
	int fd;
	off_t base;
	uint64_t len;
	struct str memory;
	size_t place; /* the next one */
	bool is_borrowed;
};

#define SCRATCH_INIT                                                                               \
	{                                                                                          \
		.fd = -1, .memory = STR_MAX(SCRATCH_MEMORY_MAX)                                    \
	}

/* Empty, and nowhere yet. */
void scratch_init(struct scratch *scratch);
/* Begins with what is in a file of the caller's, from `base` on. */
void scratch_borrow(struct scratch *scratch, int fd, off_t base, uint64_t len);
/* The same bytes once more, for reading as long as `from` stays as it is. */
void scratch_share(struct scratch *scratch, const struct scratch *from);
void scratch_done(struct scratch *scratch);

/*
 * False with errno set, and then nothing is appended; EFBIG where only memory was left, and that
 * would hold more than SCRATCH_MEMORY_MAX.
 */
bool scratch_append(struct scratch *scratch, const void *bytes, size_t len) MUST_USE;
/* Reads `len` bytes at an offset; fewer there is an error. False with errno set. */
bool scratch_read(const struct scratch *scratch, uint64_t at, void *bytes, size_t len) MUST_USE;
/*
 * Puts the bytes of `from` in the place of the old ones, where these lie. False: the place takes no
 * more, and has nothing any more.
 */
bool scratch_replace(struct scratch *to, const struct scratch *from) MUST_USE;
/* Drops all that follows the first `len` bytes. False with errno set. */
bool scratch_cut(struct scratch *scratch, uint64_t len) MUST_USE;
