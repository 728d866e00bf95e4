/* spool.c - the folders of a queue: opening, listing, locking a file */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/spool.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "queue/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const folder_names[SPOOL_FOLDERS] = { "q", "hold", "failed", "tmp", "route" };

void spool_init(struct spool *spool)
{
	*spool = (struct spool){ .top = -1 };
	for (size_t i = 0; i < SPOOL_FOLDERS; i++)
		spool->folders[i] = -1;
}

void spool_close(struct spool *spool)
{
	if (!spool)
		return;
	for (size_t i = 0; i < SPOOL_FOLDERS; i++)
		fs_close_at(&spool->folders[i]);
	fs_close_at(&spool->top);
	free(spool->path);
	spool->path = NULL;
}

const char *spool_folder_name(enum spool_folder folder)
{
	return folder_names[folder];
}

static bool open_spool_folder(struct spool *spool, size_t i, bool creates, struct err *err)
{
	bool is_made = creates && mkdirat(spool->top, folder_names[i], 0700) == 0;

	if (is_made ? fsync(spool->top) < 0 : creates && errno != EEXIST)
		return err_sys(err, ERR_SYSTEM, errno, _("cannot make %s/%s"), spool->path,
			       folder_names[i]);
	spool->folders[i] = openat(spool->top, folder_names[i],
				   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (spool->folders[i] >= 0 || (!creates && errno == ENOENT))
		return true;
	return err_sys(err, ERR_SYSTEM, errno, _("cannot open %s/%s"), spool->path,
		       folder_names[i]);
}

static bool open_top(struct spool *spool, bool creates, struct err *err)
{
	struct stat st;

	spool->top = open(spool->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->top < 0 && creates && errno == ENOENT) {
		if (!fs_make_path(spool->path))
			return err_sys(err, ERR_SYSTEM, errno, _("cannot make the queue %s"),
				       spool->path);
		spool->top = open(spool->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (spool->top < 0)
		return (!creates && errno == ENOENT) ||
		       err_sys(err, ERR_SYSTEM, errno, _("cannot open the queue %s"), spool->path);
	if (fstat(spool->top, &st) < 0)
		return err_sys(err, ERR_SYSTEM, errno, _("cannot open the queue %s"), spool->path);
	if (st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		return err_set(err, ERR_SYSTEM,
			       _("the queue %s must belong to you alone (mode 0700)"), spool->path);
	return true;
}

bool spool_open(struct spool *spool, const char *path, bool creates, struct err *err)
{
	spool_init(spool);
	spool->path = mem_copy(path);
	if (!open_top(spool, creates, err))
		return false;
	for (size_t i = 0; i < SPOOL_FOLDERS && spool->top >= 0; i++)
		if (!open_spool_folder(spool, i, creates, err))
			return false;
	return true;
}

/* An OFD lock: it belongs to the descriptor and not to the process. */
bool spool_lock_file(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int result;

	do
		result = fcntl(fd, F_OFD_SETLK, &whole);
	while (result < 0 && errno == EINTR);
	return result == 0 || (errno == EINVAL && fs_lock(fd));
}

bool spool_has(const struct spool *spool, enum spool_folder folder, const char *id)
{
	return spool->folders[folder] >= 0 &&
	       faccessat(spool->folders[folder], id, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool spool_find(const struct spool *spool, const char *id, bool *is_there, struct err *err)
{
	static const enum spool_folder folders[] = { SPOOL_QUEUE, SPOOL_HOLD, SPOOL_FAILED };

	*is_there = false;
	for (size_t i = 0; !*is_there && i < LENGTH(folders); i++) {
		errno = ENOENT;
		*is_there = spool_has(spool, folders[i], id);
		if (!*is_there && errno != ENOENT)
			return err_sys(err, ERR_IO, errno, _("cannot read the folder %s/%s"),
				       spool->path, folder_names[folders[i]]);
	}
	return true;
}

/* fcntl(2): either of the two. */
bool spool_is_locked_elsewhere(int number)
{
	return number == EAGAIN || number == EACCES;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool read_names(DIR *dir, bool (*is_wanted)(const char *name), struct spool_ids *names)
{
	struct dirent *found;

	while (errno = 0, (found = readdir(dir))) {
		if (!is_wanted(found->d_name))
			continue;
		mem_grow(names->items, names->count);
		names->items[names->count++] = mem_copy(found->d_name);
	}
	return errno == 0;
}

bool spool_list_names(int folder, bool (*is_wanted)(const char *name), struct spool_ids *names)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	bool is_read = dir && read_names(dir, is_wanted, names);
	int number = errno;

	if (dir)
		closedir(dir);
	else
		fs_close_at(&fd);
	errno = number;
	return is_read;
}

bool spool_list(struct spool *spool, enum spool_folder folder, struct spool_ids *ids,
		struct err *err)
{
	*ids = (struct spool_ids){ 0 };
	if (spool->folders[folder] < 0)
		return true;
	if (!spool_list_names(spool->folders[folder], record_is_id, ids))
		return err_sys(err, ERR_IO, errno, _("cannot read the folder %s/%s"), spool->path,
			       folder_names[folder]);
	if (ids->count > 1)
		qsort(ids->items, ids->count, sizeof *ids->items, compare_ids);
	return true;
}

void spool_ids_done(struct spool_ids *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		free(ids->items[i]);
	free(ids->items);
	*ids = (struct spool_ids){ 0 };
}

bool spool_sync(struct spool *spool, struct err *err)
{
	bool is_synced = !spool->is_unsynced || fsync(spool->folders[SPOOL_QUEUE]) == 0;

	spool->is_unsynced = false;
	return is_synced ||
	       err_sys(err, ERR_SYSTEM, errno, _("cannot write to the queue %s"), spool->path);
}
