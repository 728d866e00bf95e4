/* fs.h - files: whole reads and writes, nameless files, paths */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* For CLEANUP: closes the descriptor that a variable owns (-1: none). */
void fs_close_at(int *fd);
/* Gives up ownership: returns the descriptor and leaves -1 behind. */
int fs_take_at(int *fd) MUST_USE;

/* Whether what is open belongs to us, and has none of the forbidden bits of a mode. */
bool fs_is_own(int fd, mode_t forbidden);
#define FS_OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define FS_OTHERS_ALL   (S_IRWXG | S_IRWXO)

/* Takes the lock of flock(2). False with errno: EWOULDBLOCK if another process has it. */
bool fs_lock(int fd) MUST_USE;

/*
 * Waits until poll(2) sees one of the events. 0: there was none by the deadline; -1 with errno
 * set. Signals are gone over. What is ready is seen after the deadline, too.
 */
int fs_wait(int fd, short events, int64_t deadline) MUST_USE;

/*
 * As read(2), but goes on after a signal, and waits for input on a descriptor that does not block.
 */
ssize_t fs_read(int fd, void *bytes, size_t len);
/* The same, but no longer than until a deadline: -1 with ETIMEDOUT. */
ssize_t fs_read_in_time(int fd, void *bytes, size_t len, int64_t deadline);
/* Write everything, or fail with errno set; signals and short writes are gone over. */
bool fs_write_all(int fd, const void *bytes, size_t len) MUST_USE;
bool fs_pwrite_all(int fd, const void *bytes, size_t len, off_t offset) MUST_USE;
/* Reads `len` bytes at an offset; fewer there is an error (EIO). */
bool fs_pread_all(int fd, void *bytes, size_t len, off_t offset) MUST_USE;

/*
 * Moves a file to another folder in one step. The name there must be free (EEXIST); on file systems
 * that can't check that themselves, no other process may make a file of that name meanwhile.
 */
bool fs_move(int from, const char *old_name, int to, const char *new_name) MUST_USE;

/*
 * Appends what is left of a regular file (file.h reads others). False with errno set; EFBIG when
 * `out` is full.
 */
bool fs_read_rest(int fd, struct str *out) MUST_USE;

/*
 * Appends what a descriptor gives up to the end of a line, or its own end, and maybe more. False
 * with errno set; ETIMEDOUT when the deadline passes, EFBIG when `out` is full.
 */
bool fs_read_line(int fd, int64_t deadline, struct str *out) MUST_USE;

/*
 * Opens a file without a name for reading and writing: in `folder` where it is not NULL, else in
 * $TMPDIR, /tmp, /var/tmp, and in memory where none of them can be written. ERR_SYSTEM.
 */
int fs_open_nameless(const char *folder, struct err *err) MUST_USE;
/*
 * The same in one of the folders after another: *place is 0 before the first one. -1: none is left
 * where a file can be created.
 */
int fs_open_next(size_t *place) MUST_USE;

/* Makes a path's folders, as mkdir -p does, with mode 0700, and their names last. errno. */
bool fs_make_path(const char *path) MUST_USE;
