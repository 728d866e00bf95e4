/* fs.c - files: complete reads and writes, files without a name, paths */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/fs.h"

#include "base/clock.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void fs_close_at(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

bool fs_is_own(int fd, mode_t forbidden)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & forbidden) == 0;
}

int fs_take_at(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

bool fs_lock(int fd)
{
	int result;

	do
		result = flock(fd, LOCK_EX | LOCK_NB);
	while (result < 0 && errno == EINTR);
	return result == 0;
}

int fs_wait(int fd, short events, int64_t deadline)
{
	struct pollfd wait = { .fd = fd, .events = events };

	for (;;) {
		int ready = poll(&wait, 1, clock_left(deadline));
		if (ready >= 0 || errno != EINTR)
			return ready;
	}
}

ssize_t fs_read(int fd, void *bytes, size_t len)
{
	for (;;) {
		ssize_t got = read(fd, bytes, len);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
		if (errno == EAGAIN && fs_wait(fd, POLLIN, CLOCK_NEVER) < 0)
			return -1;
	}
}

ssize_t fs_read_in_time(int fd, void *bytes, size_t len, int64_t deadline)
{
	for (;;) {
		int ready = fs_wait(fd, POLLIN, deadline);
		if (ready < 0)
			return -1;
		/*
		 * Without blocking, EAGAIN is possible even after poll(2): another process may have
		 * read the bytes.
		 */
		ssize_t got = ready > 0 ? read(fd, bytes, len) : -1;
		if (ready > 0 && (got >= 0 || (errno != EINTR && errno != EAGAIN)))
			return got;
		if (clock_left(deadline) == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
}

bool fs_write_all(int fd, const void *bytes, size_t len)
{
	const char *next = bytes;

	while (len > 0) {
		ssize_t done = write(fd, next, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		next += done;
		len -= (size_t)done;
	}
	return true;
}

bool fs_pwrite_all(int fd, const void *bytes, size_t len, off_t offset)
{
	const char *next = bytes;

	while (len > 0) {
		ssize_t done = pwrite(fd, next, len, offset);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		next += done;
		offset += done;
		len -= (size_t)done;
	}
	return true;
}

bool fs_pread_all(int fd, void *bytes, size_t len, off_t offset)
{
	char *next = bytes;

	while (len > 0) {
		ssize_t got = pread(fd, next, len, offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EIO;
		if (got <= 0)
			return false;
		next += got;
		offset += got;
		len -= (size_t)got;
	}
	return true;
}

static bool is_unsupported(int number)
{
	return number == EINVAL || number == ENOSYS || number == EOPNOTSUPP;
}

bool fs_move(int from, const char *old_name, int to, const char *new_name)
{
	if (renameat2(from, old_name, to, new_name, RENAME_NOREPLACE) == 0)
		return true;
	if (!is_unsupported(errno))
		return false;
	if (faccessat(to, new_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		errno = EEXIST;
	return errno == ENOENT && renameat(from, old_name, to, new_name) == 0;
}

bool fs_read_rest(int fd, struct str *out)
{
	enum { PIECE = 16384 };
	char piece[PIECE];
	ssize_t got;

	while ((got = fs_read(fd, piece, sizeof piece)) > 0) {
		str_add_n(out, piece, (size_t)got);
		if (out->is_full) {
			errno = EFBIG;
			got = -1;
			break;
		}
	}
	if (out->is_secret)
		mem_wipe(piece, sizeof piece);
	return got == 0;
}

/* False with errno 0 at the end of the file. */
static bool read_piece(int fd, int64_t deadline, struct str *out)
{
	char piece[4096];
	ssize_t got = fs_read_in_time(fd, piece, sizeof piece, deadline);

	if (got == 0)
		errno = 0;
	if (got <= 0)
		return false;
	str_add_n(out, piece, (size_t)got);
	if (out->is_secret)
		mem_wipe(piece, sizeof piece);
	errno = out->is_full ? EFBIG : 0;
	return !out->is_full;
}

bool fs_read_line(int fd, int64_t deadline, struct str *out)
{
	while (!memchr(out->bytes, '\n', out->len))
		if (!read_piece(fd, deadline, out))
			return errno == 0;
	return true;
}

static int open_nameless_in(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;

	struct str path = STR_INIT;
	str_addf(&path, "%s/mailchute-XXXXXX", folder);
	fd = mkostemp(path.bytes, O_CLOEXEC);
	if (fd >= 0)
		unlink(path.bytes);
	str_done(&path);
	return fd;
}

int fs_open_next(size_t *place)
{
	const char *folders[] = { secure_getenv("TMPDIR"), "/tmp", "/var/tmp" };
	int fd = -1;

	while (fd < 0 && *place < LENGTH(folders)) {
		const char *folder = folders[(*place)++];
		if (folder && *folder)
			fd = open_nameless_in(folder);
	}
	return fd;
}

int fs_open_nameless(const char *folder, struct err *err)
{
	size_t place = 0;
	int fd;

	if (folder) {
		fd = open_nameless_in(folder);
		if (fd < 0)
			err_sys(err, ERR_SYSTEM, errno, _("cannot create a file in %s"), folder);
		return fd;
	}
	fd = fs_open_next(&place);
	if (fd < 0)
		fd = memfd_create("message", MFD_CLOEXEC);
	if (fd < 0)
		err_sys(err, ERR_SYSTEM, errno, _("cannot create a temporary file"));
	return fd;
}

/* Makes one folder, and syncs its parent so that its name survives a power cut. */
static bool make_folder(const char *path)
{
	CLEANUP(mem_free_at) char *parent = mem_copy(path);
	char *slash = strrchr(parent, '/');

	if (mkdir(path, 0700) < 0)
		return errno == EEXIST;
	if (slash)
		slash[slash == parent] = '\0';
	CLEANUP(fs_close_at)
	int fd = open(slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A folder that can be written but not read can't be opened, and so can't be synced. */
	return fd < 0 ? errno == EACCES : fsync(fd) == 0;
}

bool fs_make_path(const char *path)
{
	CLEANUP(mem_free_at) char *copy = mem_copy(path);

	for (char *slash = copy + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (!make_folder(copy))
			return false;
		*slash = '/';
	}
	return make_folder(copy);
}
