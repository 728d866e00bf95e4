/* home.h - the home folder of the user that the process runs as */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/*
 * True if a folder can be the home of this process: the path is absolute and the folder belongs to
 * its user. $HOME can be another user's (sudo with a kept environment, cron that root has started
 * from a shell), or a folder that does not exist.
 */
bool home_is_own(const char *path);
/* True if, in addition, files can be created there. */
bool home_is_writable(const char *path);

/* The home of the real user by the passwd database, NULL without one. Valid until the next call. */
const char *home_by_passwd(void);

/*
 * $HOME if it is the user's own; else the home by the passwd database if that is the user's own. If
 * neither is: $HOME if it can be entered, so that a config there is still found; else the home by
 * the passwd database, or "". Valid until the next call.
 */
const char *home_path(void);

/*
 * True if $HOME is the user's own and yet not the home by the passwd database. Such a home is for a
 * test, a container or a second identity; its queues stay separate (queue/places.h).
 */
bool home_is_apart(void);

/*
 * "~" and "~/x" become home_path() and a path in it; "~user/x" a path in the home of that user. The
 * caller frees the result.
 */
char *home_expand(const char *path) MUST_USE;
