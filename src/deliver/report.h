/* report.h - the only place that prints, logs or chooses an exit status */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/settings.h"
#include "mail/envelope.h"

#include <stdint.h>

/* Sets the name that begins each line on stderr: the last part of argv[0]. */
void report_set_name(const char *argv0);
const char *report_name(void);
/* Sets the tag of syslog lines, which is the name otherwise. */
void report_set_tag(const char *tag);
/* From now on, only the exit status and the logs tell of errors and problems. */
void report_be_quiet(void);
/*
 * Called when a program runs mailchute as sendmail. An account without a log then logs to syslog's
 * mail facility. Without a listener on stderr, lines for stderr are held until report_end.
 */
void report_for_program(bool has_listener);
/*
 * Called in a child that goes on in the background. The parent has the held lines, and stderr is
 * not used any more.
 */
void report_detached(void);
/* Held lines are logged as these settings say. */
void report_use_log(const struct settings *settings);
/*
 * Releases the held lines before the process ends with that status. After a failure they are
 * printed on stderr. Otherwise they are logged, because some programs take any output for a
 * failure. Returns the status.
 */
int report_end(int status);

/*
 * Prints a text on stdout, unchanged. Returns the exit status: EX_IOERR if the text cannot be
 * written, EX_OK if it is, or if the reader of a pipe has closed it.
 */
int report_text(const struct str *text);
/* Whether stdout still has a reader. */
bool report_has_reader(void);

/* Prints each line of a text on stderr as a warning. */
void report_warnings(const struct str *lines);

/* Prints on stderr which message of how many is being sent; overwrites the line before. */
void report_progress(size_t number, size_t count);

/*
 * Prints a line that a child process has printed: on stderr, in printable characters, after a name.
 */
void report_words_of(const char *name, const char *words, size_t len);

/* Prints an error on stderr, in one line. The exit status does not depend on it. */
void report_problem(const struct err *err);

/* Prints the error on stderr, in one line, and returns its exit status. */
int report_error(const struct err *err);

/*
 * Prints on stderr that a message is queued, with its id and the reason; returns the exit status
 * given.
 */
int report_queued(const char *id, const struct err *reason, int status);
/* Prints on stderr that a message is queued until the given time; returns EX_OK. */
int report_queued_until(const char *id, int64_t when);

/*
 * Appends the log line of a message. `err` is the result (ERR_NONE: sent). The line has no line
 * break in it, and every value is printable.
 */
void report_add_log_line(struct str *out, const struct settings *settings,
			 const struct envelope *envelope, const struct err *err);

/*
 * Writes the log line of a message to the log file and to syslog, as the settings say. A log that
 * cannot be written is printed on stderr, and changes nothing else.
 */
void report_log(const struct settings *settings, const struct envelope *envelope,
		const struct err *err);
/* Logs that the relay of these settings could not be used. The line has no recipients. */
void report_log_route(const struct settings *settings, const struct err *reason);
