/* home.h - the home folder of the user that the process runs as */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/*
 * Whether a folder can be the home of this process: an absolute path to a folder that belongs to
 * its user. $HOME can be another user's (sudo with a kept environment, cron that root has started
 * from a shell), or a folder that does not exist.
 */
bool home_is_own(const char *path);
/* The same, and files can be made there. */
bool home_is_writable(const char *path);

/* The home of the real user by the passwd database, NULL without one. Valid until the next call. */
const char *home_by_passwd(void);

/*
 * $HOME if it is the user's own, else the home by the passwd database if that is. Without either,
 * $HOME if it can be entered, so that a config there is still found; else the one by the passwd
 * database or "". Valid until the next call.
 */
const char *home_path(void);

/*
 * Whether $HOME is the user's own, but not the home by the passwd database: what is done there is
 * kept apart (a test, a container, a second identity).
 */
bool home_is_apart(void);

/*
 * "~" and "~/x" become home_path() and a path in it; "~user/x" a path in the home of that user. The
 * caller frees the result.
 */
char *home_expand(const char *path) MUST_USE;
