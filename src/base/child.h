/* child.h - starting a child process with clean descriptors and signals, and killing it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <sys/types.h>

/*
 * Forks. The child has `in` as its stdin (-1: /dev/null), the descriptor `answer` as number
 * `place`, /dev/null as its stdout (unless `place` is stdout), our stderr, and no other descriptor.
 * Its signals have their default actions, and it is killed when this process ends. It leads a
 * session of its own, without a terminal; with `is_in_front` it stays in our process group instead.
 */
pid_t child_start(int in, int answer, int place, bool is_in_front) MUST_USE;

/*
 * Kills a child with its process group; with `is_in_front` (the group is ours), with its
 * descendants.
 */
void child_kill(pid_t pid, bool is_in_front);
