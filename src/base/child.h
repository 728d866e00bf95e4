/* child.h - a helper's process: its start, with descriptors and signals in order, and its end */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <sys/types.h>

/*
 * As fork(2). The child has `in` as its stdin (-1: /dev/null), the descriptor `answer` as `place`,
 * /dev/null as its stdout unless that is the place, our stderr, and no other descriptor. Its
 * signals are as a command expects them, and it is killed when we end. It leads a session of its
 * own, without a terminal, unless `is_in_front`: then it stays in our process group.
 */
pid_t child_start(int in, int answer, int place, bool is_in_front) MUST_USE;

/* Kills a child with its process group, or if it is in ours with its descendants. */
void child_kill(pid_t pid, bool is_in_front);
