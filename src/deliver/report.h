/* report.h - the only place that prints, logs or picks an exit status */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/settings.h"
#include "mail/envelope.h"

#include <stdint.h>

/* The name that lines on stderr begin with: the last part of argv[0]. */
void report_set_name(const char *argv0);
const char *report_name(void);
/* What syslog lines are tagged with instead of the name. */
void report_set_tag(const char *tag);
/* From now on errors and problems are told by the exit status and the logs alone. */
void report_be_quiet(void);
/*
 * For a program that called us as sendmail: what has no log goes to syslog's mail facility. Where
 * stderr has no listener, lines for it wait until report_end.
 */
void report_for_program(bool has_listener);
/* In a child that goes on in the background: what waits is its parent's, and stderr is nobody's. */
void report_detached(void);
/* Where lines that wait are logged: as these settings say. */
void report_use_log(const struct settings *settings);
/*
 * Says what waits, before the process ends with that status: on stderr after a failure, else in the
 * log, because some programs take any output for a failure. Returns the status.
 */
int report_end(int status);

/*
 * Prints a text as it is on stdout. Returns the exit status: EX_IOERR where it can't be written,
 * and EX_OK where the reader of a pipe wants no more of it.
 */
int report_text(const struct str *text);
/* Whether the reader of stdout may want more. */
bool report_has_reader(void);

/* Prints each line of a text on stderr as a warning. */
void report_warnings(const struct str *lines);

/* Says on stderr which message of how many is being sent, over what was said before. */
void report_progress(size_t number, size_t count);

/*
 * Prints a line of what a child of ours has printed on stderr: printable, with a name in front.
 */
void report_words_of(const char *name, const char *words, size_t len);

/* Prints an error that changes nothing on stderr, in one line. */
void report_problem(const struct err *err);

/* Prints the error on stderr, in one line, and returns its exit status. */
int report_error(const struct err *err);

/* Says on stderr that a message is kept, by which id, and why; returns the exit status given. */
int report_queued(const char *id, const struct err *reason, int status);
/* Says on stderr that a message is kept until its time comes; returns EX_OK. */
int report_queued_until(const char *id, int64_t when);

/*
 * Appends the line that a log gets about a message: `err` is what became of it (ERR_NONE: sent).
 * Every value is on one line and printable.
 */
void report_add_log_line(struct str *out, const struct settings *settings,
			 const struct envelope *envelope, const struct err *err);

/*
 * Writes that line to the log file and to syslog, as the settings say. That a log can't be written
 * is printed and changes nothing.
 */
void report_log(const struct settings *settings, const struct envelope *envelope,
		const struct err *err);
/* Logs that the relay of these settings could not be used, whatever messages wait for it. */
void report_log_route(const struct settings *settings, const struct err *reason);
