/* runlock.h - the lock of the process that runs the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/spool.h"

/*
 * Takes the lock. `lock` gets a descriptor, which gives the lock back when it is closed; -1 if
 * another process has the lock. ERR_SYSTEM.
 */
bool runlock_take(struct spool *spool, int *lock, struct err *err) MUST_USE;
