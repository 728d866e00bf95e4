/* proc.c - helper processes: commands whose output is read, and functions without a deadline */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/proc.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	VARIABLE_MAX = 100 * 1000, /* the system's limit is 128 kB */
	COMMAND_SECONDS = 60,
	PERSON_SECONDS = 120,   /* for a command that may ask the user */
	LOOK_MILLISECONDS = 20, /* between two looks, if the system has no pidfd to wait for */
};

enum ending { ENDED, LATE, TOO_MUCH, BROKEN };

void proc_set_variable(const char *name, const char *value)
{
	if (strlen(value) <= VARIABLE_MAX)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

int64_t proc_deadline(void)
{
	CLEANUP(terminal_close) struct terminal terminal;

	return clock_after(terminal_open(&terminal) ? PERSON_SECONDS : COMMAND_SECONDS);
}

/*
 * Returns twice, as fork(2) does, with pid 0 in the child. The child has the second of two
 * connected descriptors as `place`; the parent keeps the first, unless fork fails.
 */
static bool start_with(struct proc *child, int in, const int ends[2], int place, struct err *err)
{
	fflush(NULL);
	/* SIGCHLD may have been ignored by our caller; then the status of a child would be lost. */
	signal(SIGCHLD, SIG_DFL);
	child->pid = child_start(in, ends[1], place, child->is_in_front);
	if (child->pid == 0)
		return true;
	int number = errno;
	close(ends[1]);
	if (child->pid < 0) {
		close(ends[0]);
		return err_sys(err, ERR_SYSTEM, number, _("cannot start a process"));
	}
	child->output = ends[0];
	return true;
}

static bool start(struct proc *child, int in, int place, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, ERR_SYSTEM, errno, _("cannot create a pipe"));
	if (!start_with(child, in, ends, place, err))
		return false;
	if (child->pid > 0)
		child->end = pidfd_open(child->pid, 0);
	return true;
}

/* Reads as read(2); -1: nothing comes in time. A descriptor that can't be read counts as ended. */
static ssize_t read_in_time(int fd, int64_t deadline, char *bytes, size_t len)
{
	ssize_t got = fs_read_in_time(fd, bytes, len, deadline);

	return got < 0 && errno != ETIMEDOUT ? 0 : got;
}

static enum ending read_piece(int fd, int64_t deadline, struct str *out, bool *is_end)
{
	char piece[4096];
	ssize_t got = read_in_time(fd, deadline, piece, sizeof piece);

	*is_end = got == 0;
	if (got < 0)
		return LATE;
	str_add_n(out, piece, (size_t)got);
	if (out->is_secret)
		mem_wipe(piece, sizeof piece);
	return out->is_full ? TOO_MUCH : ENDED;
}

static volatile sig_atomic_t has_continued;

static void note_continuing(int number)
{
	has_continued = number;
}

/* After Ctrl-Z and fg the user has the full time again to answer. */
static bool is_late_now(struct proc *child)
{
	if (has_continued && child->is_in_front && child->deadline < clock_after(PERSON_SECONDS))
		child->deadline = clock_after(PERSON_SECONDS);
	has_continued = 0;
	return clock_left(child->deadline) == 0;
}

/* Waits for output or the end of a child, which gives no event without a pidfd. False: too late. */
static bool wait_for_change(struct proc *child)
{
	struct pollfd waits[] = { { .fd = child->output, .events = POLLIN },
				  { .fd = child->end, .events = POLLIN } };
	int left = clock_left(child->deadline);

	if (child->end < 0 && (left < 0 || left > LOOK_MILLISECONDS))
		left = LOOK_MILLISECONDS;
	int ready = poll(waits, LENGTH(waits), left);
	if (ready < 0 && errno != EINTR)
		return false;
	return ready > 0 || !is_late_now(child);
}

/* WNOWAIT: the child stays a zombie, so that its pid is not reused before its group is killed. */
static bool has_exited(const struct proc *child)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return errno != EINTR;
	return info.si_pid == child->pid;
}

/*
 * Reads as read(2). 0, too, when the child has ended and the pipe is empty; -1 when nothing comes
 * in time. The end of the child is looked for first: all that it wrote is then in the pipe.
 */
static ssize_t read_output(struct proc *child, char *bytes, size_t len)
{
	for (;;) {
		bool is_over = has_exited(child);
		int ready = fs_wait(child->output, POLLIN, 0);
		if (ready > 0)
			return read_in_time(child->output, child->deadline, bytes, len);
		if (ready < 0 || is_over)
			return 0;
		if (!wait_for_change(child))
			return -1;
	}
}

static enum ending read_answer(struct proc *child, struct str *out)
{
	char piece[4096];
	ssize_t got;

	while ((got = read_output(child, piece, sizeof piece)) > 0 && !out->is_full)
		str_add_n(out, piece, (size_t)got);
	if (out->is_secret)
		mem_wipe(piece, sizeof piece);
	if (out->is_full)
		return TOO_MUCH;
	return got < 0 ? LATE : ENDED;
}

/* True if the partner ends by the deadline. */
static bool has_ended(pid_t pid, int64_t deadline, int *status)
{
	for (;;) {
		pid_t ended = waitpid(pid, status, WNOHANG);
		if (ended == pid)
			return true;
		if (ended < 0 && errno != EINTR)
			return true;
		if (clock_left(deadline) == 0)
			return false;
		poll(NULL, 0, 1);
	}
}

/* A child that has closed its stdout and still runs is waited for until the deadline as well. */
static bool await_end(struct proc *child)
{
	while (!has_exited(child))
		if (!wait_for_change(child))
			return false;
	return true;
}

static int reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void leave_terminal(struct proc *child, bool is_killed)
{
	if (!child->is_in_front)
		return;
	if (is_killed)
		terminal_restore(&child->terminal);
	terminal_close(&child->terminal);
	signal(SIGCONT, SIG_DFL);
	child->is_in_front = false;
}

/* Kills the child with its group if `ending` or the deadline demands it. Returns how it ended. */
static enum ending finish(struct proc *child, enum ending ending, int *status)
{
	fs_close_at(&child->output);
	if (ending == ENDED && !await_end(child))
		ending = LATE;
	if (ending != ENDED)
		child_kill(child->pid, child->is_in_front);
	int wait_status = reap(child->pid);
	leave_terminal(child, ending != ENDED || WIFSIGNALED(wait_status));
	fs_close_at(&child->end);
	child->pid = 0;
	*status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
	return ending;
}

static void join_terminal(struct proc *child)
{
	child->is_in_front = terminal_open(&child->terminal);
	if (child->is_in_front)
		signal(SIGCONT, note_continuing);
}

bool proc_open(struct proc *proc, char *const argv[], int in, int64_t deadline, struct err *err)
{
	*proc = (struct proc){ .output = -1, .end = -1, .deadline = deadline };
	join_terminal(proc);
	if (!start(proc, in, STDOUT_FILENO, err)) {
		leave_terminal(proc, false);
		return false;
	}
	if (proc->pid > 0)
		return true;
	prctl(PR_SET_PDEATHSIG, 0);
	execvp(argv[0], argv);
	_exit(errno == ENOENT ? 127 : 126);
}

/*
 * A shell has explained status 127 or 126 on stderr. After a failed execvp(3) this text is the only
 * explanation.
 */
bool proc_has_failed(int status, struct err *err)
{
	switch (status) {
	case 127:
		return err_set(err, ERR_CONFIG, _("the command was not found (status %d)"), status);
	case 126:
		return err_set(err, ERR_CONFIG, _("the command can't be run (status %d)"), status);
	default:
		return err_set(err, ERR_CONFIG, _("the command ended with status %d"), status);
	}
}

static bool is_late(struct err *err)
{
	return err_set(err, ERR_CONFIG, _("the command did not end in time"));
}

ssize_t proc_read(struct proc *proc, char *bytes, size_t len, struct err *err)
{
	ssize_t got = read_output(proc, bytes, len);

	if (got < 0)
		(void)is_late(err);
	return got;
}

bool proc_wait(struct proc *proc, int *status, struct err *err)
{
	return finish(proc, ENDED, status) == ENDED || is_late(err);
}

void proc_close(struct proc *proc)
{
	int status;

	if (proc && proc->pid > 0)
		(void)finish(proc, TOO_MUCH, &status);
}

bool proc_run(char *const argv[], int64_t deadline, struct str *out, int *status, struct err *err)
{
	struct proc proc;

	if (!proc_open(&proc, argv, -1, deadline, err))
		return false;
	switch (finish(&proc, read_answer(&proc, out), status)) {
	case LATE:
		return is_late(err);
	case TOO_MUCH:
		return err_set(err, ERR_CONFIG, _("the command printed more than %zu bytes"),
			       out->max);
	case ENDED:
	case BROKEN:
		break;
	}
	return true;
}

bool proc_run_shell(const char *line, int64_t deadline, struct str *out, int *status,
		    struct err *err)
{
	CLEANUP(mem_free_at) char *copy = mem_copy(line);
	char *const argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, copy, NULL };

	return proc_run(argv, deadline, out, status, err);
}

bool proc_call(void (*function)(void *arg, int answer), void *arg, int64_t deadline,
	       struct str *out, struct err *err)
{
	struct proc child = { .output = -1, .end = -1, .deadline = deadline };
	int status;

	if (!start(&child, -1, STDERR_FILENO + 1, err))
		return false;
	if (child.pid == 0) {
		function(arg, STDERR_FILENO + 1);
		_exit(0);
	}
	enum ending ending = finish(&child, read_answer(&child, out), &status);
	if (ending == LATE)
		return err_set(err, ERR_NET, _("no answer in time"));
	if (ending == TOO_MUCH || status != 0)
		return err_set(err, ERR_NET, _("the helper process failed"));
	return true;
}

/* Partners. Questions and answers are frames: this head, then `len` bytes. */

struct frame {
	uint32_t len;
	uint32_t kind; /* enum err_kind if the answer is an error; the bytes are then its text */
};

enum { CLOSE_MILLISECONDS = 500 };

bool proc_partner_open(struct proc_partner *partner, void (*function)(void *arg, int channel),
		       void *arg, struct err *err)
{
	struct proc child = { .output = -1 };
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(err, ERR_SYSTEM, errno, _("cannot create a pipe"));
	if (!start_with(&child, -1, ends, STDERR_FILENO + 1, err))
		return false;
	if (child.pid == 0) {
		function(arg, STDERR_FILENO + 1);
		_exit(0);
	}
	*partner = (struct proc_partner){ .pid = child.pid, .channel = child.output };
	return true;
}

/* Ends the partner. Until `deadline` it may end by itself, for instance to log out of a device. */
static void end_partner(struct proc_partner *partner, int64_t deadline)
{
	int status;

	if (partner->pid <= 0)
		return;
	close(partner->channel);
	if (!has_ended(partner->pid, deadline, &status)) {
		child_kill(partner->pid, false);
		waitpid(partner->pid, &status, 0);
	}
	*partner = (struct proc_partner){ 0 };
}

void proc_partner_close(struct proc_partner *partner)
{
	end_partner(partner, clock_now() + CLOSE_MILLISECONDS);
}

static enum ending send_bytes(int channel, const char *bytes, size_t len, int64_t deadline)
{
	while (len > 0) {
		int ready = fs_wait(channel, POLLOUT, deadline);
		if (ready <= 0)
			return ready == 0 ? LATE : BROKEN;
		ssize_t sent = send(channel, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno != EINTR && errno != EAGAIN)
			return BROKEN;
		bytes += sent > 0 ? sent : 0;
		len -= sent > 0 ? (size_t)sent : 0;
	}
	return ENDED;
}

static enum ending send_frame(int channel, uint32_t kind, const void *bytes, size_t len,
			      int64_t deadline)
{
	const struct frame head = { .len = (uint32_t)len, .kind = kind };

	if (len > PROC_FRAME_MAX)
		return BROKEN;
	enum ending ending = send_bytes(channel, (const char *)&head, sizeof head, deadline);
	return ending == ENDED ? send_bytes(channel, bytes, len, deadline) : ending;
}

/* Reads one frame with its head. No byte follows it, as the two sides write in turn. */
static enum ending read_frame(int channel, int64_t deadline, struct str *in, struct frame *head)
{
	enum ending ending = ENDED;
	bool is_end = false;
	size_t whole = sizeof *head;

	while (ending == ENDED && in->len < whole) {
		ending = read_piece(channel, deadline, in, &is_end);
		if (is_end || ending != ENDED)
			return is_end ? BROKEN : ending;
		if (in->len < sizeof *head)
			continue;
		memcpy(head, in->bytes, sizeof *head);
		whole = sizeof *head + head->len;
	}
	return in->len == whole ? ENDED : BROKEN;
}

/* The rest of a frame after its head is the answer, or the text of an error. */
static bool take_answer(const struct str *in, const struct frame *head, struct str *answer,
			struct err *err)
{
	const char *bytes = in->bytes + sizeof *head;

	if (head->kind != ERR_NONE)
		return err_set(err, head->kind < ERR_KINDS ? (enum err_kind)head->kind : ERR_SYSTEM,
			       "%.*s", (int)head->len, bytes);
	str_add_n(answer, bytes, head->len);
	return !answer->is_full || err_set(err, ERR_NET, _("the helper process sent too much"));
}

bool proc_partner_ask(struct proc_partner *partner, const void *question, size_t len,
		      int64_t deadline, struct str *answer, struct err *err)
{
	CLEANUP(str_done) struct str in = STR_SECRET(sizeof(struct frame) + PROC_FRAME_MAX);
	struct frame head = { 0 };

	if (partner->pid <= 0)
		return err_set(err, ERR_NET, _("the helper process has ended"));
	enum ending ending = send_frame(partner->channel, 0, question, len, deadline);
	if (ending == ENDED)
		ending = read_frame(partner->channel, deadline, &in, &head);
	if (ending == ENDED)
		return take_answer(&in, &head, answer, err);
	end_partner(partner, 0);
	return err_set(err, ERR_NET,
		       ending == LATE ? _("no answer in time") : _("the helper process failed"));
}

bool proc_partner_listen(int channel, struct str *question)
{
	CLEANUP(str_done) struct str in = STR_SECRET(sizeof(struct frame) + PROC_FRAME_MAX);
	struct frame head;

	if (read_frame(channel, CLOCK_NEVER, &in, &head) != ENDED)
		return false;
	str_clear(question);
	str_add_n(question, in.bytes + sizeof head, head.len);
	return !question->is_full;
}

bool proc_partner_answer(int channel, const void *bytes, size_t len)
{
	return send_frame(channel, ERR_NONE, bytes, len, CLOCK_NEVER) == ENDED;
}

bool proc_partner_fail(int channel, const struct err *err)
{
	const char *text = err->text ? err->text : "";

	return send_frame(channel, err->kind, text, strlen(text), CLOCK_NEVER) == ENDED;
}
