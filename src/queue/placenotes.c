/* placenotes.c - notes at the default place of where the other queues of a user are */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/placenotes.h"

#include "base/crc.h"
#include "base/fs.h"
#include "base/home.h"
#include "base/i18n.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NOTED_MAX = 64,
	SAME_HASH_MAX = 8, /* paths whose links would have the same name */
};

/* Hashes of $HOME and of the path; `number` tells paths of the same hash apart. */
static char *make_name(const char *path, int number)
{
	const char *home = home_path();
	size_t len = strlen(path);

	return str_format("%08x-%08x%04x.%d", crc_32c(0, home, strlen(home)), crc_32c(0, path, len),
			  (unsigned)len, number);
}

/* The path in a link, which the caller frees; NULL: no such link. */
static char *read_link(int folder, const char *name)
{
	char path[PATH_MAX];
	ssize_t len = readlinkat(folder, name, path, sizeof path);

	if (len <= 0 || (size_t)len == sizeof path || path[0] != '/')
		return NULL;
	return mem_copy_n(path, (size_t)len);
}

/* -1 with errno set; a folder that other users can write to counts as missing. */
static int open_places(const char *place)
{
	CLEANUP(mem_free_at) char *path = str_format("%s/places", place);
	CLEANUP(fs_close_at)
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fs_is_own(fd, FS_OTHERS_WRITE))
		return fs_take_at(&fd);
	errno = ENOENT;
	return -1;
}

static bool is_nothing(int number)
{
	return number == ENOENT || number == ENOTDIR;
}

/* Calls `take` for each link; false with errno set: not read to the end. */
static bool each_link(int folder, void (*take)(void *arg, int folder, const char *name), void *arg)
{
	DIR *dir = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	const struct dirent *found;

	if (!dir)
		return false;
	while (errno = 0, (found = readdir(dir)))
		if (found->d_name[0] != '.')
			take(arg, folder, found->d_name);
	int number = errno;
	closedir(dir);
	errno = number;
	return number == 0;
}

struct reading {
	struct places *places;
	char *prefix; /* of the names to take; "": all */
};

static void take_place(void *arg, int folder, const char *name)
{
	struct reading *reading = arg;

	if (reading->places->count < 2 * NOTED_MAX &&
	    strncmp(name, reading->prefix, strlen(reading->prefix)) == 0)
		places_take(reading->places, read_link(folder, name));
}

static bool add_noted_at(struct reading *reading, const char *place, struct err *err)
{
	CLEANUP(fs_close_at) int folder = open_places(place);

	/* If the place itself cannot be entered, opening the queue there reports that. */
	if (folder < 0 ? is_nothing(errno) || errno == EACCES
		       : each_link(folder, take_place, reading))
		return true;
	return err_sys(err, ERR_SYSTEM, errno, _("cannot read the folder %s/places"), place);
}

/* A noted place may have notes of its own, made with another home. */
bool placenotes_add(struct places *out, struct err *err)
{
	const char *home = home_path();
	CLEANUP(mem_free_at)
	char *prefix =
		home_is_apart() ? str_format("%08x-", crc_32c(0, home, strlen(home))) : mem_copy("");
	struct reading reading = { out, prefix };
	CLEANUP(err_done) struct err later = ERR_INIT;
	bool is_whole = true;

	for (size_t i = 0; i < out->count; i++)
		is_whole &= add_noted_at(&reading, out->paths[i], is_whole ? err : &later);
	return is_whole;
}

struct sweep {
	size_t left;
	bool removes;
};

static void count_link(void *arg, int folder, const char *name)
{
	struct sweep *sweep = arg;
	CLEANUP(mem_free_at) char *path = read_link(folder, name);
	struct stat st;
	bool is_gone = path && lstat(path, &st) < 0 && is_nothing(errno);

	if (!sweep->removes || !is_gone || unlinkat(folder, name, 0) < 0)
		sweep->left++;
}

/* Missing places may come back (a disk), so they are removed only when the folder is full. */
static bool make_room(int folder)
{
	struct sweep all = { 0 };
	struct sweep kept = { .removes = true };

	if (!each_link(folder, count_link, &all))
		return false;
	if (all.left < NOTED_MAX)
		return true;
	if (!each_link(folder, count_link, &kept))
		return false;
	errno = ENOSPC;
	return kept.left < NOTED_MAX;
}

static bool make_link(const char *place, const char *name, const char *path)
{
	CLEANUP(mem_free_at) char *made = str_format("%s/places", place);

	if (!fs_make_path(made))
		return false;
	CLEANUP(fs_close_at) int folder = open_places(place);
	return folder >= 0 && make_room(folder) &&
	       (symlinkat(path, folder, name) == 0 || errno == EEXIST) && fsync(folder) == 0;
}

static bool note_in(const char *place, const char *path, struct err *err)
{
	for (int i = 0; i < SAME_HASH_MAX; i++) {
		CLEANUP(mem_free_at) char *name = make_name(path, i);
		CLEANUP(mem_free_at) char *link = str_format("%s/places/%s", place, name);
		CLEANUP(mem_free_at) char *found = read_link(AT_FDCWD, link);
		if (found && strcmp(found, path) == 0)
			return true;
		if (!found && make_link(place, name, path))
			return true;
		if (!found)
			break;
	}
	return err_sys(
		err, ERR_SYSTEM, errno,
		_("the queue %s could not be written down in %s/places, where runs and lists "
		  "look for it"),
		path, place);
}

static char *make_absolute(const char *path)
{
	CLEANUP(mem_free_at) char *folder = path[0] == '/' ? NULL : getcwd(NULL, 0);

	return folder ? str_format("%s/%s", folder, path) : mem_copy(path);
}

bool placenotes_make(const char *path, struct err *err)
{
	bool is_sure;
	CLEANUP(mem_free_at) char *place = places_default(&is_sure);
	CLEANUP(mem_free_at) char *whole = make_absolute(path);

	if (!is_sure || strcmp(whole, place) == 0)
		return true;
	return placenotes_make_home(err) && note_in(place, whole, err);
}

bool placenotes_make_home(struct err *err)
{
	bool is_sure;
	CLEANUP(mem_free_at) char *place = places_default(&is_sure);

	/* A place that exists has been noted. */
	if (geteuid() == 0 || !is_sure || access(place, F_OK) == 0 || !home_is_apart())
		return true;
	const char *known = home_by_passwd();
	if (!home_is_writable(known))
		return true;
	CLEANUP(mem_free_at) char *usual = places_in_home(known);
	return strcmp(usual, place) == 0 || note_in(usual, place, err);
}
