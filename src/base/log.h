/* log.h - lines for a log file, for syslog, and for --debug */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * Appends one line (a newline is added) to a file in a single write, without a lock; the file is
 * created with mode 0600. Errors: ERR_IO.
 */
bool log_to_file(const char *path, const char *line, struct err *err) MUST_USE;

/*
 * Sends one line to /dev/log and never waits for it. `priority` is a facility and a level of
 * syslog(3); `tag` names the program.
 */
void log_to_syslog(int priority, const char *tag, const char *line);

/* Turns on log_debug, which prints a line on stdout. */
void log_enable_debug(void);
bool log_is_debug(void);
void log_debug(const char *format, ...) FORMAT(1, 2);
/* Prints bytes that were sent or received, made printable, after a prefix. */
void log_debug_line(const char *prefix, const char *bytes, size_t len);
