/* claim.c - claiming a message: its lock, its name, and its record, checked */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/claim.h"

#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool damaged(struct err *err, const char *why)
{
	return err_set(err, ERR_INPUT, "%s", why);
}

/* A failure of the system at this moment says nothing about the message. */
static enum claim refused_by_system(struct err *err)
{
	err_sys(err, ERR_IO, errno, _("cannot be opened"));
	return CLAIM_FAILED;
}

/* Whether the name still belongs to the file that was locked. */
static enum claim check_name(const struct entry *entry, const char *id, const struct stat *st,
			     struct err *err)
{
	struct stat named;

	if (fstatat(entry->spool->folders[entry->folder], id, &named, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? CLAIM_GONE : refused_by_system(err);
	return named.st_ino == st->st_ino && named.st_dev == st->st_dev ? CLAIM_GOT : CLAIM_GONE;
}

/* Only a regular file of this user can be a message of ours. */
static bool is_ours(const struct stat *st, struct err *err)
{
	if (!S_ISREG(st->st_mode))
		return damaged(err, _("is not a regular file"));
	return st->st_uid == geteuid() || damaged(err, _("belongs to another user"));
}

/* Whether the file itself cannot be opened, rather than the system failing at this moment. */
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
	err_wrap(err, "%s/%s/%s", spool->path, spool_folder_name(folder), id);
}

/*
 * Writes the reason into a sound file that has a wrong name, so that the reason can still be read
 * after the name is mended.
 */
static void note_damage(struct entry *entry, const char *why, struct err *err)
{
	CLEANUP(mem_free_at)
	char *line = str_format("%lld EX_DATAERR set aside: %s", (long long)time(NULL), why);

	damaged(err, _(why));
	if (entry->folder == SPOOL_QUEUE)
		entry_note(entry, line);
}

/* After locking: the name must still belong to this file, and the file must be whole. */
static enum claim check_locked(struct entry *entry, const char *id, struct err *err)
{
	struct stat st;

	/* Between opening and locking the message may have been sent and removed. */
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
	if (spool_lock_file(entry->fd))
		return check_locked(entry, id, err);
	if (spool_is_locked_elsewhere(errno))
		return CLAIM_BUSY;
	err_sys(err, ERR_SYSTEM, errno, _("cannot be locked"));
	return CLAIM_FAILED;
}

enum claim claim_take(struct spool *spool, enum spool_folder folder, const char *id,
		      struct entry *entry, struct err *err)
{
	enum claim claim = open_entry(spool, folder, id, O_RDWR, entry, err);

	if (claim == CLAIM_GOT)
		claim = lock_entry(entry, id, err);
	if (claim == CLAIM_DAMAGED)
		set_aside(spool, folder, id, err);
	else if (err->kind != ERR_NONE)
		err_wrap(err, "%s/%s/%s", spool->path, spool_folder_name(folder), id);
	return claim;
}

enum claim claim_peek(struct spool *spool, enum spool_folder folder, const char *id,
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
