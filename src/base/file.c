/* file.c - named files: opening without waiting, checking the type, reading within limits */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/file.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { PIECE = 16384, LEASE_WAIT_MS = 10 };

/* Opening */

/*
 * With O_NONBLOCK, opening a file on which another process holds a lease (fcntl(2), F_SETLEASE)
 * fails at first; the holder gets a signal and releases the lease.
 */
static int open_at(int folder, const char *name)
{
	const struct timespec pause = { .tv_nsec = LEASE_WAIT_MS * 1000L * 1000 };
	int64_t deadline = clock_after(FILE_WRITER_SECONDS);

	for (;;) {
		int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		bool is_leased = fd < 0 && errno == EWOULDBLOCK;
		if (!is_leased && (fd >= 0 || errno != EINTR))
			return fd;
		if (is_leased && clock_left(deadline) == 0)
			return -1;
		nanosleep(&pause, NULL);
	}
}

/*
 * Sets the reason why open(2) failed. A socket gives ENXIO, which strerror calls a missing device.
 */
static bool explain_failure(int folder, const char *name, enum err_kind kind, struct err *err)
{
	int number = errno;
	struct stat st;

	if (number == ENXIO && fstatat(folder, name, &st, 0) == 0 && S_ISSOCK(st.st_mode))
		err_set(err, kind, _("expected a regular file, not a socket"));
	else
		err_set(err, kind, "%s", strerror(number));
	errno = number;
	return false;
}

static bool check_kind(int fd, enum err_kind kind, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		err_set(err, kind, "%s", strerror(errno));
	else if (S_ISDIR(st.st_mode))
		err_set(err, kind, "%s", strerror(EISDIR));
	else if (S_ISBLK(st.st_mode))
		err_set(err, kind, _("expected a regular file, not a device"));
	else
		return true;
	errno = 0;
	return false;
}

int file_open_at(int folder, const char *name, enum err_kind kind, struct err *err)
{
	int fd = open_at(folder, name);

	if (fd < 0) {
		(void)explain_failure(folder, name, kind, err);
		return -1;
	}
	if (check_kind(fd, kind, err))
		return fd;
	close(fd);
	errno = 0;
	return -1;
}

int file_open(const char *path, enum err_kind kind, struct err *err)
{
	return file_open_at(AT_FDCWD, path, kind, err);
}

bool file_is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Reading */

struct reading {
	int fd;
	int64_t deadline;
	int64_t writer_deadline;
	bool is_begun; /* input has come, or was waited for: an empty read now means the end */
	bool is_ended;
	enum err_kind kind;
};

/* True if a writer may still come. No new writer can open a pipe without a name. */
static bool is_named_pipe(int fd)
{
	struct stat st;
	struct statfs system;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) && fstatfs(fd, &system) == 0 &&
	       system.f_type != PIPEFS_MAGIC;
}

static bool refuse_size(const struct reading *reading, struct str *out, struct err *err)
{
	out->is_full = true;
	return err_set(err, reading->kind,
		       _("%s: larger than the limit of %zu KiB for such a "
			 "file"),
		       strerror(EFBIG), out->max / 1024);
}

static bool check_size(const struct reading *reading, struct str *out, struct err *err)
{
	struct stat st;

	if (!out->max || fstat(reading->fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (uint64_t)st.st_size <= out->max)
		return true;
	return refuse_size(reading, out, err);
}

/* `has_writer` is false for a named pipe that has never been opened for writing. */
static bool wait_for_input(struct reading *reading, bool has_writer, struct err *err)
{
	int64_t deadline = has_writer ? reading->deadline
				      : clock_earlier(reading->deadline, reading->writer_deadline);

	if (clock_left(deadline) == 0)
		return err_set(err, reading->kind,
			       has_writer ? _("its content did not end in time; name a regular "
					      "file")
					  : _("is a pipe that no program writes to; name a regular "
					      "file, or start that program first"));
	int ready = fs_wait(reading->fd, POLLIN, deadline);
	if (ready < 0)
		return err_set(err, reading->kind, "%s", strerror(errno));
	reading->is_begun = reading->is_begun || ready > 0;
	return true;
}

/* Reads once, or waits for input. */
static bool read_piece(struct reading *reading, struct str *out, struct err *err)
{
	char piece[PIECE];
	ssize_t got = read(reading->fd, piece, sizeof piece);

	if (got < 0 && errno == EINTR)
		return true;
	if (got < 0 && errno == EAGAIN)
		return wait_for_input(reading, true, err);
	if (got < 0)
		return err_set(err, reading->kind, "%s", strerror(errno));
	if (got == 0 && !reading->is_begun && is_named_pipe(reading->fd))
		return wait_for_input(reading, false, err);
	reading->is_begun = true;
	reading->is_ended = got == 0;
	str_add_n(out, piece, (size_t)got);
	if (out->is_secret)
		mem_wipe(piece, sizeof piece);
	return !out->is_full || refuse_size(reading, out, err);
}

static bool read_all(struct reading *reading, bool is_line, struct str *out, struct err *err)
{
	reading->writer_deadline = clock_after(FILE_WRITER_SECONDS);
	while (!reading->is_ended && !(is_line && memchr(out->bytes, '\n', out->len)))
		if (!read_piece(reading, out, err))
			return false;
	return true;
}

bool file_read(int fd, int64_t deadline, struct str *out, enum err_kind kind, struct err *err)
{
	struct reading reading = { .fd = fd, .deadline = deadline, .kind = kind };

	return check_size(&reading, out, err) && read_all(&reading, false, out, err);
}

bool file_read_line(int fd, int64_t deadline, struct str *out, enum err_kind kind, struct err *err)
{
	struct reading reading = { .fd = fd, .deadline = deadline, .kind = kind };

	return read_all(&reading, true, out, err);
}

bool file_load_regular(const char *path, struct str *out, enum err_kind kind, struct err *err)
{
	CLEANUP(fs_close_at) int fd = file_open(path, kind, err);

	if (fd < 0 && errno != 0)
		return false;
	if (fd < 0 || !file_is_regular(fd))
		return err_set(err, kind, _("expected a regular file"));
	return file_read(fd, clock_after(FILE_SECONDS), out, kind, err);
}

bool file_load(const char *path, struct str *out, enum err_kind kind, struct err *err)
{
	CLEANUP(fs_close_at) int fd = file_open(path, kind, err);

	return fd >= 0 && file_read(fd, clock_after(FILE_SECONDS), out, kind, err);
}
