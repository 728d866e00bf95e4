/* become.h - becoming another user for good */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/userlist.h"

/*
 * Makes a child of root become this user for good: ids, groups and keyring, a new session without a
 * terminal, a minimal environment and default signals. The child keeps three descriptors: stdin is
 * /dev/null, stdout and stderr are `words`. The kernel kills the child when the process `parent`
 * ends. Returns false if the child could not become the user; it must end then.
 */
bool become_user(const struct user *user, int words, pid_t parent) MUST_USE;
