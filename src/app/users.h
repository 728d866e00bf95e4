/* users.h - running a function as every user of the system */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * Runs `work` as each user of the passwd database with a home or a queue, in a child that has
 * become this user for good. `work` returns the child's exit status. The output of the child and
 * its commands appears on our stderr, in printable lines that begin with the user's name, up to a
 * limit. Only root may call this.
 *
 * Several users are served at the same time. A slow user does not delay the others, and neither
 * does a home folder that hangs: after a deadline the child is killed, and one line says so.
 * SIGCHLD is used meanwhile, and every child that ends is reaped.
 *
 * Returns when all are done. `status` is then EX_OK, or the exit status of a child that failed.
 * ERR_USAGE: not root.
 */
bool users_do_each(int (*work)(const void *arg), const void *arg, int *status,
		   struct err *err) MUST_USE;
