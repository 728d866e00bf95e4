/* proc.h - helper processes: commands whose output is read, and functions without a deadline */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "base/terminal.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * Every helper has /dev/null as its stdin, unless it is given another one, and no other descriptor
 * of ours except stderr. The output of a helper ends with the helper, even if a process that it has
 * started keeps its stdout open. A helper that still runs at its deadline is killed with its whole
 * process group.
 *
 * A command may ask the user on /dev/tty: if this process is in the foreground of its terminal, the
 * command stays in our process group, so that Ctrl-C and Ctrl-Z reach both. After its deadline it
 * is killed with all its descendants, and the terminal gets its former modes back. In the
 * background, and without a terminal, every helper has a session of its own and no /dev/tty.
 */

/* The deadline of a command that begins now: one minute, two if it may ask on the terminal. */
int64_t proc_deadline(void);

/*
 * Puts a variable into the environment of all later helpers. A variable of more than 100 kB is left
 * out, because with it the system would start no helper.
 */
void proc_set_variable(const char *name, const char *value);

/*
 * Runs a command and appends its stdout to `out`, bounded by out's max. `argv` ends with NULL. The
 * exit status is stored where `status` points (128 + n after signal n). ERR_SYSTEM: it can't be
 * started; ERR_CONFIG: it did not end in time, or printed too much.
 */
bool proc_run(char *const argv[], int64_t deadline, struct str *out, int *status,
	      struct err *err) MUST_USE;
/* The same for a line that /bin/sh runs. */
bool proc_run_shell(const char *line, int64_t deadline, struct str *out, int *status,
		    struct err *err) MUST_USE;
/* Sets ERR_CONFIG with the meaning of a status other than 0, and returns false. */
bool proc_has_failed(int status, struct err *err);

/* A command whose output is read as it comes. A zeroed struct is no command. */
struct proc {
	pid_t pid;
	int output;
	int end; /* a pidfd; -1 if the system has none */
	int64_t deadline;
	bool is_in_front; /* the command is in our process group, in the foreground of `terminal` */
	struct terminal terminal;
};

/*
 * Starts a command whose stdin is the descriptor `in`, at its present offset (-1: /dev/null).
 * ERR_SYSTEM: it can't be started.
 */
bool proc_open(struct proc *proc, char *const argv[], int in, int64_t deadline,
	       struct err *err) MUST_USE;
/*
 * Reads its stdout as read(2) does: 0 at the end of the output, or when the command has ended and
 * the pipe is empty; -1 (ERR_CONFIG) if nothing comes in time.
 */
ssize_t proc_read(struct proc *proc, char *bytes, size_t len, struct err *err) MUST_USE;
/*
 * Waits for its end, without reading the rest of its output; `status` as for proc_run. ERR_CONFIG:
 * it did not end in time.
 */
bool proc_wait(struct proc *proc, int *status, struct err *err) MUST_USE;
/* Kills the command, unless proc_wait has seen its end. */
void proc_close(struct proc *proc);

/*
 * Runs a function in a forked child and appends the bytes that the function writes to `answer`.
 * ERR_SYSTEM: no child could be started; ERR_NET: the child did not end in time, or died.
 */
bool proc_call(void (*function)(void *arg, int answer), void *arg, int64_t deadline,
	       struct str *out, struct err *err) MUST_USE;

/*
 * A partner: a function in a forked child that answers one question at a time. It calls a library
 * that has no deadlines and keeps a state between calls. A question or an answer has at most
 * PROC_FRAME_MAX bytes, and may be secret. A zeroed partner has no child.
 */
struct proc_partner {
	int pid;
	int channel;
};

enum { PROC_FRAME_MAX = 1 << 20 };

/* Starts a partner. ERR_SYSTEM: it can't be started. */
bool proc_partner_open(struct proc_partner *partner, void (*function)(void *arg, int channel),
		       void *arg, struct err *err) MUST_USE;
/*
 * Sends a question, waits until the deadline, and appends the answer. An error that the function
 * gave instead of an answer is returned; the partner can then be asked again. ERR_NET: no answer
 * came in time, or the child died; the partner has ended.
 */
bool proc_partner_ask(struct proc_partner *partner, const void *question, size_t len,
		      int64_t deadline, struct str *answer, struct err *err) MUST_USE;
/* Ends the child, which has half a second to return from its function. */
void proc_partner_close(struct proc_partner *partner);

/*
 * To be called by the function, in the child. proc_partner_listen waits for the next question;
 * false: there will be none, the function should return. Each question is answered once, with
 * proc_partner_answer or proc_partner_fail; false: the parent no longer reads.
 */
bool proc_partner_listen(int channel, struct str *question) MUST_USE;
bool proc_partner_answer(int channel, const void *bytes, size_t len) MUST_USE;
bool proc_partner_fail(int channel, const struct err *err) MUST_USE;
