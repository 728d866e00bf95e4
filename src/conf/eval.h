/* eval.h - `eval`: a line of a config file that a command prints */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

/*
 * Runs the command of `eval` with the shell. `line` gets the first line of its output without the
 * line end. ERR_CONFIG: no command, or a NUL byte in the line; ERR_IO: it printed nothing; the
 * errors of proc_run_shell.
 */
bool eval_run(const char *command, struct str *line, struct err *err) MUST_USE;
