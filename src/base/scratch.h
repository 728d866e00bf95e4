/* scratch.h - temporary bytes: in a file without a name, or in memory if no disk has room */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

#include <stdint.h>
#include <sys/types.h>

enum { SCRATCH_MEMORY_MAX = 32 * 1024 * 1024 };

/*
 * Temporary bytes: appended at the end, read at any offset. They are in the file `fd` from `base`
 * on, or in `memory` if `fd` is -1. When a place is full (the disk, the limit on file sizes), all
 * bytes move to the next: $TMPDIR, /tmp, /var/tmp, and last memory. scratch_done and moving on
 * leave a borrowed file or memory unchanged.
 */
struct scratch {
	int fd;
	off_t base;
	uint64_t len;
	struct str memory;
	size_t place; /* the next place to move to */
	bool is_borrowed;
};

#define SCRATCH_INIT                                                                               \
	{                                                                                          \
		.fd = -1, .memory = STR_MAX(SCRATCH_MEMORY_MAX)                                    \
	}

/* Empty; no place is chosen yet. */
void scratch_init(struct scratch *scratch);
/* Borrows `len` bytes of a file of the caller's, from `base` on. */
void scratch_borrow(struct scratch *scratch, int fd, off_t base, uint64_t len);
/* Borrows the bytes of `from` for reading, until `from` is changed or released. */
void scratch_share(struct scratch *scratch, const struct scratch *from);
void scratch_done(struct scratch *scratch);

/*
 * False with errno set, and nothing is appended. EFBIG: only memory was left, and would hold more
 * than SCRATCH_MEMORY_MAX.
 */
bool scratch_append(struct scratch *scratch, const void *bytes, size_t len) MUST_USE;
/* Reads `len` bytes at an offset; fewer there is an error. False with errno set. */
bool scratch_read(const struct scratch *scratch, uint64_t at, void *bytes, size_t len) MUST_USE;
/*
 * Replaces the bytes by those of `from`, in the same place. False: the place is full, and `to` is
 * empty.
 */
bool scratch_replace(struct scratch *to, const struct scratch *from) MUST_USE;
/* Drops all bytes after the first `len`. False with errno set. */
bool scratch_cut(struct scratch *scratch, uint64_t len) MUST_USE;
