/* runlock.c - the lock of the process that runs the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/runlock.h"

#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>

/* On a read-only disk, or without a free inode, the folder itself is locked. */
static int open_lock(const struct spool *spool)
{
	int fd = openat(spool->top, "run.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EROFS))
		return openat(spool->top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

bool runlock_take(struct spool *spool, int *lock, struct err *err)
{
	CLEANUP(fs_close_at) int fd = open_lock(spool);

	*lock = -1;
	if (fd >= 0 && fs_lock(fd))
		*lock = fs_take_at(&fd);
	else if (fd < 0 || errno != EWOULDBLOCK)
		return err_sys(err, ERR_SYSTEM, errno, _("cannot lock the queue %s"), spool->path);
	return true;
}
