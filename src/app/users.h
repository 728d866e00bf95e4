/* users.h - doing something for every user of the system, as that user */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * For root. Does `work` as each user of the passwd database who has a home or a queue, in a child
 * that has become that user for good; it returns the child's exit status. What the child and its
 * commands print comes out of our stderr, in printable lines that begin with the user's name, up to
 * a limit.
 *
 * Some users have their turn at the same time. A user who takes long does not keep others from
 * theirs, and neither does a home that hangs: each user has a deadline, after which the child is
 * killed, and one line says so. SIGCHLD is used meanwhile, and any child that ends is waited for.
 *
 * Returns when all are done; `status` is then EX_OK, or the exit status of a child that failed.
 * ERR_USAGE: not root.
 */
bool users_do_each(int (*work)(const void *arg), const void *arg, int *status,
		   struct err *err) MUST_USE;
