/* home.c - the home folder of the user that the process runs as */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/home.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool home_is_own(const char *path)
{
	struct stat st;

	return path && path[0] == '/' && stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid();
}

bool home_is_writable(const char *path)
{
	return home_is_own(path) && access(path, W_OK | X_OK) == 0;
}

const char *home_by_passwd(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? user->pw_dir : NULL;
}

const char *home_path(void)
{
	const char *given = getenv("HOME");

	if (home_is_own(given))
		return given;
	const char *known = home_by_passwd();
	if (home_is_own(known))
		return known;
	if (given && *given && access(given, X_OK) == 0)
		return given;
	return known ? known : "";
}

bool home_is_apart(void)
{
	const char *given = getenv("HOME");
	const char *known = home_by_passwd();
	struct stat own;
	struct stat by_passwd;

	if (!known || !home_is_own(given) || strcmp(given, known) == 0)
		return false;
	return stat(known, &by_passwd) < 0 || stat(given, &own) < 0 ||
	       own.st_ino != by_passwd.st_ino || own.st_dev != by_passwd.st_dev;
}

static const char *home_of(const char *name)
{
	if (!*name)
		return home_path();
	const struct passwd *user = getpwnam(name);
	return user ? user->pw_dir : NULL;
}

char *home_expand(const char *path)
{
	if (path[0] != '~')
		return mem_copy(path);
	size_t name_len = strcspn(path + 1, "/");
	CLEANUP(mem_free_at) char *name = mem_copy_n(path + 1, name_len);
	const char *home = home_of(name);
	return home ? str_format("%s%s", home, path + 1 + name_len) : mem_copy(path);
}
