/* enqueue.c - adding a message to the queue, so that it survives a power cut */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/enqueue.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "base/random.h"
#include "queue/usage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TMP_AGE_MAX = 36 * 60 * 60 };

static void make_id(char id[RECORD_ID_LEN + 1])
{
	unsigned char random[5];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	random_fill(random, sizeof random);
	record_make_id(id, (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000, random);
}

/* For a file system without nameless files. */
static bool begin_in_tmp(struct spool *spool, struct entry *entry)
{
	entry->fd = openat(spool->folders[SPOOL_TMP], entry->record.id,
			   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (entry->fd < 0)
		return false;
	entry->tmp_name = mem_copy(entry->record.id);
	return true;
}

bool enqueue_begin(struct spool *spool, struct entry *entry, struct err *err)
{
	entry_init(entry);
	entry->spool = spool;
	make_id(entry->record.id);
	/* Without /proc a nameless file could get no name later. */
	errno = EOPNOTSUPP;
	if (access("/proc/self/fd", X_OK) == 0)
		entry->fd = openat(spool->folders[SPOOL_QUEUE], ".", O_TMPFILE | O_RDWR | O_CLOEXEC,
				   0600);
	if (entry->fd >= 0)
		return true;
	if ((errno == ENOSYS || errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT) &&
	    begin_in_tmp(spool, entry))
		return true;
	return err_sys(err, ERR_SYSTEM, errno, _("cannot write to the queue %s"), spool->path);
}

static bool give_name(const struct entry *entry)
{
	int q = entry->spool->folders[SPOOL_QUEUE];
	char path[64];

	if (entry->tmp_name)
		return fs_move(entry->spool->folders[SPOOL_TMP], entry->tmp_name, q,
			       entry->record.id);
	snprintf(path, sizeof path, "/proc/self/fd/%d", entry->fd);
	if (linkat(AT_FDCWD, path, q, entry->record.id, AT_SYMLINK_FOLLOW) == 0)
		return true;
	return errno != EEXIST && linkat(entry->fd, "", q, entry->record.id, AT_EMPTY_PATH) == 0;
}

/* Once the name exists, a failure may be reported only if the name can be removed again. */
static bool make_name_last(struct entry *entry)
{
	int q = entry->spool->folders[SPOOL_QUEUE];

	if (fsync(q) == 0)
		return true;
	int number = errno;
	bool is_gone = unlinkat(q, entry->record.id, 0) == 0;
	errno = number;
	return !is_gone;
}

/* Gives the file its name, on stable storage; counts it before that. */
static bool put_in(struct entry *entry)
{
	const struct record *record = &entry->record;

	if (!entry->is_counted)
		usage_add(entry->spool, record->uid, record_size(record));
	if (give_name(entry)) {
		mem_free_at(&entry->tmp_name);
		if (make_name_last(entry))
			return true;
	}
	int number = errno;
	if (!entry->is_counted)
		usage_release(entry->spool, record->uid, record_size(record));
	errno = number;
	return false;
}

bool enqueue_commit(struct entry *entry, const struct message *message, struct err *err)
{
	/* If the disk was full, message_read has put the message into another place. */
	errno = ENOSPC;
	if (message_is_in(message, entry->fd) && entry_write(entry, message) &&
	    spool_lock_file(entry->fd) && put_in(entry))
		return true;
	return err_sys(err, ERR_SYSTEM, errno, _("cannot write to the queue %s"),
		       entry->spool->path);
}

bool enqueue_has_room(struct spool *spool, int max, struct err *err)
{
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };

	/* The figures of a service's queue answer at a cost that does not grow with the queue. */
	if (max <= 0 || usage_is_below(spool, (uint64_t)max))
		return true;
	if (!spool_list(spool, SPOOL_QUEUE, &ids, err))
		return false;
	if (ids.count < (size_t)max)
		return true;
	return err_set(err, ERR_SYSTEM, _("the queue %s is full: %zu messages wait"), spool->path,
		       ids.count);
}

/* Files in tmp/ are named by their ids, like those in q/. */
bool enqueue_sweep(struct spool *spool, struct err *err)
{
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };
	int tmp = spool->folders[SPOOL_TMP];

	if (!spool_list(spool, SPOOL_TMP, &ids, err))
		return false;
	for (size_t i = 0; i < ids.count; i++) {
		CLEANUP(fs_close_at)
		int fd = openat(tmp, ids.items[i], O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
		struct stat st;
		if (fd >= 0 && fstat(fd, &st) == 0 && time(NULL) - st.st_mtime > TMP_AGE_MAX &&
		    spool_lock_file(fd))
			unlinkat(tmp, ids.items[i], 0);
	}
	return true;
}
