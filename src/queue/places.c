/* places.c - the places where the queues of a user are, and how they are written down */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/places.h"

#include "base/crc.h"
#include "base/fs.h"
#include "base/home.h"
#include "base/i18n.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OF_ROOT  "/var/spool/mailchute"
#define OF_USERS "/var/spool/mailchute-users"
#define IN_HOME  "/.local/state/mailchute"

enum {
	NOTED_MAX = 64,
	SAME_HASH_MAX = 8, /* paths whose links would have the same name */
};

void places_done(struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		free(places->paths[i]);
	free(places->paths);
	*places = (struct places){ 0 };
}

static bool has_place(const struct places *places, const char *path)
{
	for (size_t i = 0; i < places->count; i++)
		if (strcmp(places->paths[i], path) == 0)
			return true;
	return false;
}

/* Takes the path over, NULL: none. */
static void add_place(struct places *places, char *path)
{
	if (!path || has_place(places, path)) {
		free(path);
		return;
	}
	mem_grow(places->paths, places->count);
	places->paths[places->count++] = path;
}

void places_add(struct places *places, const char *path)
{
	add_place(places, mem_copy(path));
}

/* The default place */

static const char *writable_home(void)
{
	const char *given = getenv("HOME");

	if (home_is_writable(given))
		return given;
	const char *known = home_by_passwd();
	return home_is_writable(known) ? known : NULL;
}

/* Prepared by root: no user can replace a folder that another user makes there. */
static bool is_prepared(const char *folder)
{
	struct stat st;

	return lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == 0 &&
	       (st.st_mode & S_ISVTX || !(st.st_mode & FS_OTHERS_WRITE));
}

/*
 * Any user can make the folder of any other user, or a link in its place. Such a folder is not
 * used. Our own cannot be replaced between this check and its use: the folder around it is sticky.
 */
static char *place_without_home(void)
{
	char *path = str_format("%s/%lu", OF_USERS, (unsigned long)geteuid());
	struct stat st;
	bool is_there = lstat(path, &st) == 0;

	if (is_there ? S_ISDIR(st.st_mode) && st.st_uid == geteuid()
		     : errno == ENOENT && is_prepared(OF_USERS))
		return path;
	free(path);
	return NULL;
}

/* `is_sure`: it can be used, as far as known without trying. */
static char *default_place(bool *is_sure)
{
	const char *home = NULL;

	*is_sure = true;
	if (geteuid() == 0)
		return mem_copy(OF_ROOT);
	home = writable_home();
	if (home)
		return str_format("%s%s", home, IN_HOME);
	char *path = place_without_home();
	if (path)
		return path;
	*is_sure = false;
	return str_format("%s%s", home_path(), IN_HOME);
}

/* In $XDG_STATE_HOME, unless that is left over from the environment of another user. */
static char *place_in_state_home(void)
{
	const char *state = secure_getenv("XDG_STATE_HOME");

	if (geteuid() == 0 || !state || state[0] != '/' ||
	    (access(state, X_OK) < 0 && errno == EACCES))
		return NULL;
	return str_format("%s/mailchute", state);
}

void places_add_for_new(struct places *out)
{
	bool is_sure;

	add_place(out, place_in_state_home());
	add_place(out, default_place(&is_sure));
}

void places_add_usual(struct places *out)
{
	places_add_for_new(out);
	if (geteuid() != 0)
		add_place(out, place_without_home());
}

/* Links */

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

/* Reading */

struct reading {
	struct places *places;
	char *prefix; /* of the names to take; "": all */
};

static void take_place(void *arg, int folder, const char *name)
{
	struct reading *reading = arg;

	if (reading->places->count < 2 * NOTED_MAX &&
	    strncmp(name, reading->prefix, strlen(reading->prefix)) == 0)
		add_place(reading->places, read_link(folder, name));
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
bool places_add_noted(struct places *out, struct err *err)
{
	const char *home = home_path();
	CLEANUP(mem_free_at)
	char *prefix = home_is_apart() ? str_format("%08x-", crc_32c(0, home, strlen(home)))
				       : mem_copy("");
	struct reading reading = { out, prefix };
	CLEANUP(err_done) struct err later = ERR_INIT;
	bool is_whole = true;

	for (size_t i = 0; i < out->count; i++)
		is_whole &= add_noted_at(&reading, out->paths[i], is_whole ? err : &later);
	return is_whole;
}

/* Writing */

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

bool places_note(const char *path, struct err *err)
{
	bool is_sure;
	CLEANUP(mem_free_at) char *place = default_place(&is_sure);
	CLEANUP(mem_free_at) char *whole = make_absolute(path);

	if (!is_sure || strcmp(whole, place) == 0)
		return true;
	return places_note_home(err) && note_in(place, whole, err);
}

bool places_note_home(struct err *err)
{
	bool is_sure;
	CLEANUP(mem_free_at) char *place = default_place(&is_sure);

	/* A place that exists has been noted. */
	if (geteuid() == 0 || !is_sure || access(place, F_OK) == 0 || !home_is_apart())
		return true;
	const char *known = home_by_passwd();
	if (!home_is_writable(known))
		return true;
	CLEANUP(mem_free_at) char *usual = str_format("%s%s", known, IN_HOME);
	return strcmp(usual, place) == 0 || note_in(usual, place, err);
}
