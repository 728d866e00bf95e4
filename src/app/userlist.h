/* userlist.h - reading the users of the system */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <sys/types.h>

struct user {
	char *name;
	char *home;
	uid_t uid;
	gid_t gid;
};

struct userlist {
	struct user *users;
	size_t count;
};

/*
 * Reads the passwd database in a child, because it may be on another machine. Sorts it by uid.
 * Entries with the same uid and home count once, and so does uid 0, which has one queue. An entry
 * without a name, or with an id that no process can have, is left out.
 *
 * ERR_SYSTEM, ERR_NET: the database could not be read, or not completely. The list then has the
 * entries that were read.
 */
bool userlist_read(struct userlist *list, struct err *err) MUST_USE;
void userlist_done(struct userlist *list);
