/* users.h - doing something for every user of the system, as that user */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * For root. Forks a child for each user of the passwd database who has a home, some of them at a
 * time; the child has become that user for good, with an environment of its own, in its own
 * session, and this returns true there: it does its work and exits. In the parent it returns false
 * when all of them are done, or were ended because they took too long; `status` is then EX_OK, or
 * the exit status of one that failed. ERR_USAGE: not root.
 */
bool users_become_each(int *status, struct err *err) MUST_USE;
