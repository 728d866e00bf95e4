/* become.h - becoming another user for good, with nothing of root's open */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/userlist.h"

/*
 * For a child of root's. Becomes this user, with no way back: ids, groups and keyring, a new
 * session without a terminal, a plain environment, usual signals, and three descriptors, which are
 * /dev/null and twice `words`. If the process `parent` ends, the child is killed. False: it has
 * not become the user, and must end.
 */
bool become_user(const struct user *user, int words, pid_t parent) MUST_USE;
