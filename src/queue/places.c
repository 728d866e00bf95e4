/* places.c - the places where the queues of a user are */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/places.h"

#include "base/fs.h"
#include "base/home.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OF_ROOT  "/var/spool/mailchute"
#define OF_USERS "/var/spool/mailchute-users"
#define IN_HOME  "/.local/state/mailchute"

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

void places_take(struct places *places, char *path)
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
	places_take(places, mem_copy(path));
}

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

char *places_in_home(const char *home)
{
	return str_format("%s%s", home, IN_HOME);
}

char *places_default(bool *is_sure)
{
	const char *home = NULL;

	*is_sure = true;
	if (geteuid() == 0)
		return mem_copy(OF_ROOT);
	home = writable_home();
	if (home)
		return places_in_home(home);
	char *path = place_without_home();
	if (path)
		return path;
	*is_sure = false;
	return places_in_home(home_path());
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

	places_take(out, place_in_state_home());
	places_take(out, places_default(&is_sure));
}

void places_add_usual(struct places *out)
{
	places_add_for_new(out);
	if (geteuid() != 0)
		places_take(out, place_without_home());
}
