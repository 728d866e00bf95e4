/* proc.h - helper processes: commands whose output we want, and functions that know no deadline */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * Every helper has /dev/null as its stdin and no other descriptor of ours but stderr; it is killed
 * with its whole process group when the deadline passes.
 */

/*
 * Runs a command and appends its stdout to `out`, bounded by out's max. `argv` ends with NULL.
 * The exit status is stored where `status` points (128 + n after signal n).
 * ERR_SYSTEM: it can't be started; ERR_CONFIG: it did not end in time, or said too much.
 */
bool proc_run(char *const argv[], int64_t deadline, struct str *out, int *status,
	      struct err *err) MUST_USE;
/* The same for a line that /bin/sh runs. */
bool proc_run_shell(const char *line, int64_t deadline, struct str *out, int *status,
		    struct err *err) MUST_USE;

/*
 * Runs a function in a forked child and appends what it wrote to the descriptor it is given.
 * ERR_SYSTEM: no child; ERR_NET: it did not end in time, or died.
 */
bool proc_call(void (*function)(void *arg, int answer), void *arg, int64_t deadline,
	       struct str *out, struct err *err) MUST_USE;
