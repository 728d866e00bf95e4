/* usage.c - figures of how much of a service's queue each user takes */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/usage.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "usage"

enum {
	NAME_MAX_LEN = 64,
	LOCK_PAUSE = 10,    /* milliseconds */
	WINDOW = 60 * 1000, /* milliseconds */
	WINDOW_RECOUNTS = 4,
	BOOT_ID_MAX = 64,
};

/* Allocates nothing: removing a message must not fail for want of memory. */
static uint64_t boot_number(void)
{
	char bytes[BOOT_ID_MAX];
	CLEANUP(fs_close_at)
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? fs_read(fd, bytes, sizeof bytes) : 0;

	return got > 0 ? crc_32c(0, bytes, (size_t)got) : 0;
}

static uint64_t checksum(const struct usage_figures *figures)
{
	return crc_32c(0, figures, offsetof(struct usage_figures, check)) + 1ULL;
}

bool usage_load(int fd, struct usage_figures *figures)
{
	if (!fs_pread_all(fd, figures, sizeof *figures, 0) || figures->check != checksum(figures) ||
	    figures->boot != boot_number()) {
		*figures = (struct usage_figures){ 0 };
		return false;
	}
	return true;
}

bool usage_store(int fd, struct usage_figures *figures)
{
	figures->boot = boot_number();
	figures->check = checksum(figures);
	return fs_pwrite_all(fd, figures, sizeof *figures, 0);
}

/* These locks are held for a moment; a process that was stopped must not stop all others. */
bool usage_lock(int fd, int seconds)
{
	int64_t deadline = seconds > 0 ? clock_after(seconds) : 0;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || clock_now() >= deadline)
			return false;
		(void)poll(NULL, 0, LOCK_PAUSE);
	}
	return true;
}

static int open_file(const struct spool *spool, const char *name, bool creates)
{
	char path[sizeof FOLDER + NAME_MAX_LEN];

	snprintf(path, sizeof path, FOLDER "/%s", name);
	return spool->top < 0 ? -1
			      : openat(spool->top, path,
				       O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK |
					       (creates ? O_CREAT : 0),
				       0600);
}

int usage_open_user(const struct spool *spool, unsigned uid, bool creates)
{
	char name[NAME_MAX_LEN];

	snprintf(name, sizeof name, "%u", uid);
	return open_file(spool, name, creates);
}

int usage_open_all(const struct spool *spool, bool creates)
{
	return open_file(spool, "all", creates);
}

int usage_open_folder(const struct spool *spool)
{
	return openat(spool->top, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool usage_make_folder(const struct spool *spool)
{
	return spool->top >= 0 && (mkdirat(spool->top, FOLDER, 0700) == 0 || errno == EEXIST);
}

bool usage_last_recount(const struct spool *spool, uint64_t *when)
{
	struct usage_figures figures;
	CLEANUP(fs_close_at) int fd = usage_open_all(spool, false);

	if (fd < 0 || !usage_load(fd, &figures))
		return false;
	*when = figures.since;
	return true;
}

static bool is_user(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0';
}

bool usage_list_users(const struct spool *spool, struct spool_ids *users)
{
	CLEANUP(fs_close_at) int fd = usage_open_folder(spool);

	return fd >= 0 && spool_list_names(fd, is_user, users);
}

/* Checking */

/* Whether another recount for the sake of this user is allowed; counts it. */
static bool take_recount(int fd, struct usage_figures *figures)
{
	uint64_t now = (uint64_t)clock_now();

	if (now - figures->since >= WINDOW) {
		figures->since = now;
		figures->recounts = 0;
	}
	if (figures->recounts >= WINDOW_RECOUNTS)
		return false;
	figures->recounts++;
	return usage_store(fd, figures);
}

static bool fits(const struct usage_figures *figures, uint64_t bytes, const struct usage *limit)
{
	return figures->count < limit->count && figures->bytes <= limit->bytes &&
	       bytes <= limit->bytes - figures->bytes;
}

enum usage_verdict usage_check(struct spool *spool, unsigned uid, uint64_t bytes,
			       const struct usage *limit, bool takes, bool *may_recount)
{
	CLEANUP(fs_close_at) int fd = usage_open_user(spool, uid, takes);
	struct usage_figures figures;
	struct stat st;
	uint64_t when;

	/* Before the first message of a user there is no file. */
	if (fd < 0 && !takes && errno == ENOENT)
		return USAGE_FITS;
	if (fd < 0 || !usage_lock(fd, USAGE_LOCK_SECONDS) || fstat(fd, &st) < 0)
		return USAGE_UNKNOWN;
	bool is_known =
		usage_load(fd, &figures) || (st.st_size == 0 && usage_last_recount(spool, &when));
	if (!is_known)
		return USAGE_UNKNOWN;
	if (!fits(&figures, bytes, limit)) {
		*may_recount = *may_recount && take_recount(fd, &figures);
		return USAGE_FULL;
	}
	if (!takes)
		return USAGE_FITS;
	figures.count++;
	figures.bytes += bytes;
	figures.changes++;
	return usage_store(fd, &figures) ? USAGE_FITS : USAGE_UNKNOWN;
}

/* If nothing was counted yet, a recount will find the message. */
void usage_add(struct spool *spool, unsigned uid, uint64_t bytes)
{
	static const struct usage unlimited = { .count = UINT64_MAX, .bytes = UINT64_MAX };
	bool may_recount = false;

	(void)!usage_check(spool, uid, bytes, &unlimited, true, &may_recount);
}

void usage_release(struct spool *spool, unsigned uid, uint64_t bytes)
{
	CLEANUP(fs_close_at) int fd = usage_open_user(spool, uid, false);
	struct usage_figures figures;

	if (fd < 0 || !usage_lock(fd, USAGE_LOCK_SECONDS) || !usage_load(fd, &figures))
		return;
	figures.count -= figures.count > 0;
	figures.bytes -= bytes < figures.bytes ? bytes : figures.bytes;
	figures.changes++;
	/* After a failure the figure is too high until the next recount. */
	(void)!usage_store(fd, &figures);
}

/* All together */

static bool add_count(const struct spool *spool, const char *name, uint64_t *sum)
{
	CLEANUP(fs_close_at) int fd = open_file(spool, name, false);
	struct usage_figures figures;

	if (fd < 0 || !usage_load(fd, &figures) || figures.count > UINT64_MAX - *sum)
		return false;
	*sum += figures.count;
	return true;
}

bool usage_is_below(struct spool *spool, uint64_t count)
{
	CLEANUP(spool_ids_done) struct spool_ids users = { 0 };
	uint64_t when;
	uint64_t sum = 0;

	if (!usage_last_recount(spool, &when) || !usage_list_users(spool, &users))
		return false;
	for (size_t i = 0; i < users.count; i++)
		if (!add_count(spool, users.items[i], &sum))
			return false;
	return sum < count;
}

/* Places are folders: these can be locked like files, and are plainly without content. */

static int open_place(const struct spool *spool, unsigned uid, unsigned number)
{
	char path[NAME_MAX_LEN];

	snprintf(path, sizeof path, FOLDER "/place-%u-%u", uid, number);
	if (mkdirat(spool->top, path, 0700) < 0 && errno != EEXIST)
		return -1;
	return openat(spool->top, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int usage_take_place(struct spool *spool, unsigned uid, unsigned max)
{
	if (!usage_make_folder(spool))
		return -2;
	for (unsigned i = 0; i < max; i++) {
		CLEANUP(fs_close_at) int fd = open_place(spool, uid, i);
		if (fd < 0)
			return -2;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fs_take_at(&fd);
	}
	return -1;
}
