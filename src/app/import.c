/* import.c - importing the messages of msmtp's queue scripts */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/import.h"

#include "app/msmtp_message.h"
#include "base/fs.h"
#include "base/home.h"
#include "base/i18n.h"
#include "deliver/report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { NAME_MAX_LEN = 128, ID_MAX = 4096 };

/* The scripts create this folder to lock the queue. The file in it marks a lock of ours. */
#define LOCK      ".lock"
#define LOCK_FILE LOCK "/mailchute"

struct import {
	const struct request *request;
	char *path;
	int folder;
	int lock;
	char **names; /* file names without their endings */
	size_t count;
	size_t taken;
	size_t left;
	int status;
};

/*
 * Opens the folder. No other user may write to it, because its files can name commands that we
 * would run.
 */
static bool open_folder(struct import *import, struct err *err)
{
	import->folder = open(import->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (import->folder < 0)
		return err_sys(err, ERR_NOINPUT, errno, "%s", import->path);
	return fs_is_own(import->folder, FS_OTHERS_WRITE) ||
	       err_set(err, ERR_SYSTEM,
		       _("%s: must belong to you, and no other user may write there"),
		       import->path);
}

/*
 * Locks the folder. If the lock of an interrupted import is left, it is reused: no process holds
 * its file.
 */
static bool lock_folder(struct import *import, struct err *err)
{
	bool is_made = mkdirat(import->folder, LOCK, 0700) == 0;
	struct stat st;

	if (!is_made && errno != EEXIST)
		return err_sys(err, ERR_SYSTEM, errno, "%s/%s", import->path, LOCK);
	import->lock = openat(import->folder, LOCK_FILE,
			      O_RDWR | O_NOFOLLOW | O_CLOEXEC | (is_made ? O_CREAT : 0), 0600);
	if (import->lock >= 0 && flock(import->lock, LOCK_EX | LOCK_NB) == 0 &&
	    fstat(import->lock, &st) == 0 && st.st_nlink > 0)
		return true;
	return err_set(err, ERR_DEFER,
		       _("%s: locked by another process (if there is none, remove "
			 "%s/%s)"),
		       import->path, import->path, LOCK);
}

static void unlock_folder(struct import *import)
{
	unlinkat(import->folder, LOCK_FILE, 0);
	unlinkat(import->folder, LOCK, AT_REMOVEDIR);
}

/*
 * The length of a file name before ".mail", ".msmtp" or ".mailchute" (our marker). Returns 0 for
 * other names.
 */
static size_t name_len(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (!dot || (strcmp(dot, ".mail") != 0 && strcmp(dot, ".msmtp") != 0 &&
		     strcmp(dot, ".mailchute") != 0))
		return 0;
	if (name[0] == '.' || dot - name > NAME_MAX_LEN)
		return 0;
	return (size_t)(dot - name);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * Sorts the names and drops repeated ones. Both scripts name files by time, so the oldest comes
 * first.
 */
static void sort_names(struct import *import)
{
	size_t kept = 0;

	if (import->count > 1)
		qsort(import->names, import->count, sizeof *import->names, compare_names);
	for (size_t i = 0; i < import->count; i++) {
		if (kept > 0 && strcmp(import->names[kept - 1], import->names[i]) == 0)
			free(import->names[i]);
		else
			import->names[kept++] = import->names[i];
	}
	import->count = kept;
}

static bool list_names(struct import *import, struct err *err)
{
	DIR *dir = fdopendir(openat(import->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct dirent *found;

	if (!dir)
		return err_sys(err, ERR_SYSTEM, errno, "%s", import->path);
	while (errno = 0, (found = readdir(dir))) {
		size_t len = name_len(found->d_name);
		if (len == 0)
			continue;
		mem_grow(import->names, import->count);
		import->names[import->count++] = mem_copy_n(found->d_name, len);
	}
	int number = errno;
	closedir(dir);
	sort_names(import);
	return number == 0 || err_sys(err, ERR_IO, number, "%s", import->path);
}

static int say_taken(const char *name, const char *id)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_add_printable(&line, name, strlen(name));
	str_addf(&line, _(": queued as %s\n"), id);
	return report_text(&line);
}

static void import_pair(struct import *import, const char *name)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str id = STR_MAX(ID_MAX);

	if (msmtp_message_take(import->request, import->folder, name, &id, &err)) {
		import->taken++;
		(void)say_taken(name, id.bytes);
		return;
	}
	import->left++;
	err_wrap(&err, "%s/%s", import->path, name);
	int status = report_error(&err);
	if (import->status == EX_OK)
		import->status = status;
}

static int import_all(struct import *import)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	for (size_t i = 0; i < import->count; i++)
		import_pair(import, import->names[i]);
	str_addf(&line, _("%zu imported, %zu left\n"), import->taken, import->left);
	(void)report_text(&line);
	return import->status;
}

static void import_done(struct import *import)
{
	for (size_t i = 0; i < import->count; i++)
		free(import->names[i]);
	free(import->names);
	fs_close_at(&import->lock);
	fs_close_at(&import->folder);
	free(import->path);
}

int import_folder(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(import_done)
	struct import import = { .request = request,
				 .path = home_expand(request->import_folder),
				 .folder = -1,
				 .lock = -1 };

	if (!open_folder(&import, &err) || !lock_folder(&import, &err))
		return report_error(&err);
	int status = list_names(&import, &err) ? import_all(&import) : report_error(&err);
	unlock_folder(&import);
	return status;
}
