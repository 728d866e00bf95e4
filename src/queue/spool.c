/* spool.c - the queue's folders and their files: opening, adding, claiming, listing */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/spool.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "base/random.h"
#include "queue/usage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TMP_AGE_MAX = 36 * 60 * 60, NAMES_TRIED = 8 };

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

static bool open_folder(struct spool *spool, size_t i, bool creates, struct err *err)
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
		if (!open_folder(spool, i, creates, err))
			return false;
	return true;
}

static void make_id(char id[RECORD_ID_LEN + 1])
{
	unsigned char random[5];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	random_fill(random, sizeof random);
	record_make_id(id, (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000, random);
}

/* Where the file system has no files without a name. */
static bool begin_in_tmp(struct spool *spool, struct entry *entry)
{
	entry->fd = openat(spool->folders[SPOOL_TMP], entry->record.id,
			   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (entry->fd < 0)
		return false;
	entry->tmp_name = mem_copy(entry->record.id);
	return true;
}

bool spool_begin(struct spool *spool, struct entry *entry, struct err *err)
{
	entry_init(entry);
	entry->spool = spool;
	make_id(entry->record.id);
	/* A file without a name gets one by way of /proc. */
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

/* An OFD lock, so that it goes with the descriptor and not with the process. */
static bool lock(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int result;

	do
		result = fcntl(fd, F_OFD_SETLK, &whole);
	while (result < 0 && errno == EINTR);
	return result == 0 || (errno == EINVAL && fs_lock(fd));
}

/* Whether errno after lock() says that another process has the lock. fcntl(2): either of two. */
static bool is_locked_elsewhere(void)
{
	return errno == EAGAIN || errno == EACCES;
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

/* After the name is there, a failure may be reported only if the name can be taken back. */
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

/* Under its name, and lasting; counted before that. */
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

bool spool_commit(struct entry *entry, const struct message *message, struct err *err)
{
	/* A message that found no room here has gone elsewhere. */
	errno = ENOSPC;
	if (message_is_in(message, entry->fd) && entry_write(entry, message) && lock(entry->fd) &&
	    put_in(entry))
		return true;
	return err_sys(err, ERR_SYSTEM, errno, _("cannot write to the queue %s"),
		       entry->spool->path);
}

static bool damaged(struct err *err, const char *why)
{
	return err_set(err, ERR_INPUT, "%s", why);
}

/* What the system refuses us at this moment says nothing about the message. */
static enum claim refused_by_system(struct err *err)
{
	err_sys(err, ERR_IO, errno, _("cannot be opened"));
	return CLAIM_FAILED;
}

/* Whether the name still means the file that we locked. */
static enum claim check_name(const struct entry *entry, const char *id, const struct stat *st,
			     struct err *err)
{
	struct stat named;

	if (fstatat(entry->spool->folders[entry->folder], id, &named, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? CLAIM_GONE : refused_by_system(err);
	return named.st_ino == st->st_ino && named.st_dev == st->st_dev ? CLAIM_GOT : CLAIM_GONE;
}

/* What can't be a message of ours, whoever has it open. */
static bool is_ours(const struct stat *st, struct err *err)
{
	if (!S_ISREG(st->st_mode))
		return damaged(err, _("is not a regular file"));
	return st->st_uid == geteuid() || damaged(err, _("belongs to another user"));
}

/* Whether a file that can't be opened is what keeps us out, and not the system at this moment. */
static bool is_files_fault(int folder, const char *id, int number, struct err *err)
{
	struct stat st;

	return (number == ELOOP || number == ENXIO || number == EISDIR || number == ENOTDIR ||
		number == EACCES || number == EPERM) &&
	       fstatat(folder, id, &st, AT_SYMLINK_NOFOLLOW) == 0 && !is_ours(&st, err);
}

static enum claim open_entry(struct spool *spool, enum spool_folder folder, const char *id,
			     int flags, struct entry *entry, struct err *err)
{
	entry_init(entry);
	entry->spool = spool;
	entry->folder = folder;
	if (spool->folders[folder] < 0)
		return CLAIM_GONE;
	entry->fd = openat(spool->folders[folder], id, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (entry->fd >= 0)
		return CLAIM_GOT;
	int number = errno;
	if (number == ENOENT)
		return CLAIM_GONE;
	if (is_files_fault(spool->folders[folder], id, number, err))
		return CLAIM_DAMAGED;
	errno = number;
	return refused_by_system(err);
}

static void set_aside(struct spool *spool, enum spool_folder folder, const char *id,
		      struct err *err)
{
	if (folder == SPOOL_QUEUE &&
	    fs_move(spool->folders[folder], id, spool->folders[SPOOL_HOLD], id))
		err_wrap(err, _("set aside in hold/"));
	err_wrap(err, "%s/%s/%s", spool->path, folder_names[folder], id);
}

/*
 * For what is wrong with a name and not with the file: once that is mended, the file says why it
 * was set aside.
 */
static void note_damage(struct entry *entry, const char *why, struct err *err)
{
	CLEANUP(mem_free_at)
	char *line = str_format("%lld EX_DATAERR set aside: %s", (long long)time(NULL), why);

	damaged(err, _(why));
	if (entry->folder == SPOOL_QUEUE)
		entry_note(entry, line);
}

/* With the lock in hand: the file must still be the one of that name, and be whole. */
static enum claim check_locked(struct entry *entry, const char *id, struct err *err)
{
	struct stat st;

	/* Between opening and locking it may have been sent, and be nameless now. */
	if (fstat(entry->fd, &st) < 0)
		return refused_by_system(err);
	enum claim claim = st.st_nlink == 0 ? CLAIM_GONE : check_name(entry, id, &st, err);
	if (claim != CLAIM_GOT)
		return claim;
	if (st.st_nlink > 1)
		note_damage(entry, N_("has several hard links"), err);
	else if (entry_read(entry, (uint64_t)st.st_size, true, err) &&
		 strcmp(entry->record.id, id) != 0)
		note_damage(entry, N_("contains another id"), err);
	if (err->kind == ERR_NONE)
		return CLAIM_GOT;
	return err->kind == ERR_IO ? CLAIM_FAILED : CLAIM_DAMAGED;
}

static enum claim lock_entry(struct entry *entry, const char *id, struct err *err)
{
	struct stat st;

	if (fstat(entry->fd, &st) < 0)
		return refused_by_system(err);
	if (!is_ours(&st, err))
		return CLAIM_DAMAGED;
	if (lock(entry->fd))
		return check_locked(entry, id, err);
	if (is_locked_elsewhere())
		return CLAIM_BUSY;
	err_sys(err, ERR_SYSTEM, errno, _("cannot be locked"));
	return CLAIM_FAILED;
}

enum claim spool_claim(struct spool *spool, enum spool_folder folder, const char *id,
		       struct entry *entry, struct err *err)
{
	enum claim claim = open_entry(spool, folder, id, O_RDWR, entry, err);

	if (claim == CLAIM_GOT)
		claim = lock_entry(entry, id, err);
	if (claim == CLAIM_DAMAGED)
		set_aside(spool, folder, id, err);
	else if (err->kind != ERR_NONE)
		err_wrap(err, "%s/%s/%s", spool->path, folder_names[folder], id);
	return claim;
}

enum claim spool_peek(struct spool *spool, enum spool_folder folder, const char *id,
		      struct entry *entry, struct err *err)
{
	struct stat st;
	enum claim claim = open_entry(spool, folder, id, O_RDONLY, entry, err);

	if (claim != CLAIM_GOT)
		return claim;
	if (fstat(entry->fd, &st) < 0)
		return refused_by_system(err);
	if (!S_ISREG(st.st_mode))
		damaged(err, _("is not a regular file"));
	else if (entry_read(entry, (uint64_t)st.st_size, false, err))
		return CLAIM_GOT;
	return err->kind == ERR_IO ? CLAIM_FAILED : CLAIM_DAMAGED;
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

bool spool_has_room(struct spool *spool, int max, struct err *err)
{
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };

	/* The figures, where there are any, say so at a cost that does not grow with the queue. */
	if (max <= 0 || usage_is_below(spool, (uint64_t)max))
		return true;
	if (!spool_list(spool, SPOOL_QUEUE, &ids, err))
		return false;
	if (ids.count < (size_t)max)
		return true;
	return err_set(err, ERR_SYSTEM, _("the queue %s is full: %zu messages wait"), spool->path,
		       ids.count);
}

bool spool_sync(struct spool *spool, struct err *err)
{
	bool is_synced = !spool->is_unsynced || fsync(spool->folders[SPOOL_QUEUE]) == 0;

	spool->is_unsynced = false;
	return is_synced ||
	       err_sys(err, ERR_SYSTEM, errno, _("cannot write to the queue %s"), spool->path);
}

/* A file in tmp/ has no id of q/'s kind only by accident: it is named by its id, too. */
bool spool_sweep(struct spool *spool, struct err *err)
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
		    lock(fd))
			unlinkat(tmp, ids.items[i], 0);
	}
	return true;
}
