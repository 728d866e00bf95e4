/* fs.h - files: complete reads and writes, files without a name, paths */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Closes the descriptor that a variable owns (-1: none); for CLEANUP. */
void fs_close_at(int *fd);
/* Hands over ownership: returns the descriptor and leaves -1 in the variable. */
int fs_take_at(int *fd) MUST_USE;

/*
 * True if the open file belongs to the effective user, and its mode has none of the forbidden bits.
 */
bool fs_is_own(int fd, mode_t forbidden);
#define FS_OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define FS_OTHERS_ALL   (S_IRWXG | S_IRWXO)

/* Takes the lock of flock(2). False with errno: EWOULDBLOCK if another process has it. */
bool fs_lock(int fd) MUST_USE;

/*
 * Waits until poll(2) sees one of the events, and goes on after a signal. 0: none came by the
 * deadline; -1: failed, with errno set. An event that is already there counts even after the
 * deadline.
 */
int fs_wait(int fd, short events, int64_t deadline) MUST_USE;

/* Reads as read(2), goes on after a signal, and waits for input on a non-blocking descriptor. */
ssize_t fs_read(int fd, void *bytes, size_t len);
/* The same until a deadline: then -1 with ETIMEDOUT. */
ssize_t fs_read_in_time(int fd, void *bytes, size_t len, int64_t deadline);
/* Write all bytes, or fail with errno set; they go on after a signal or a short write. */
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
 * Appends the rest of a regular file (file.h reads other kinds). False with errno set; EFBIG when
 * `out` is full.
 */
bool fs_read_rest(int fd, struct str *out) MUST_USE;

/*
 * Reads up to the end of a line or of the input, and appends it; bytes after the line may be
 * appended as well. False with errno set: ETIMEDOUT when the deadline passes, EFBIG when `out` is
 * full.
 */
bool fs_read_line(int fd, int64_t deadline, struct str *out) MUST_USE;

/*
 * Opens a file without a name for reading and writing: in `folder` if that is not NULL; else in
 * $TMPDIR, /tmp or /var/tmp, or in memory if none of them is writable. ERR_SYSTEM.
 */
int fs_open_nameless(const char *folder, struct err *err) MUST_USE;
/*
 * The same, in the next of these folders at each call: *place is 0 before the first call. -1: no
 * folder is left where a file can be created.
 */
int fs_open_next(size_t *place) MUST_USE;

/*
 * Makes the folders of a path, as mkdir -p does, with mode 0700, and syncs their names to the disk.
 * False with errno set.
 */
bool fs_make_path(const char *path) MUST_USE;
