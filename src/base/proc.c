/* proc.c - helper processes: commands whose output we want, and functions that know no deadline */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/proc.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum ending { ENDED, LATE, TOO_MUCH };

struct child {
	pid_t pid;
	int answer;
};

/* What this program ignores or blocks; what its caller made it ignore (nohup) stays ignored. */
static void default_signals(void)
{
	sigset_t none;

	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Moves the answer's pipe to `place`, gives the rest but stderr to /dev/null, closes the others. */
static bool arrange_descriptors(int answer, int place)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return false;
	if (answer != place && dup2(answer, place) < 0)
		return false;
	if (fcntl(place, F_SETFD, 0) < 0)
		return false;
	return close_range((unsigned)(place > STDERR_FILENO ? place : STDERR_FILENO) + 1, ~0U, 0) ==
	       0;
}

/* Returns twice, as fork(2) does: pid 0 in the child, whose descriptors are in order. */
static bool start(struct child *child, int place, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, ERR_SYSTEM, errno, _("cannot create a pipe"));
	fflush(NULL);
	/* Where a caller had us ignore it, the child's status would be lost. */
	signal(SIGCHLD, SIG_DFL);
	child->pid = fork();
	if (child->pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		default_signals();
		if (!arrange_descriptors(ends[1], place))
			_exit(127);
		return true;
	}
	close(ends[1]);
	if (child->pid > 0) {
		/*
		 * In the child and here: whoever comes first, the group is there when it is killed.
		 */
		setpgid(child->pid, child->pid);
		child->answer = ends[0];
		return true;
	}
	close(ends[0]);
	return err_sys(err, ERR_SYSTEM, errno, _("cannot start a process"));
}

static enum ending read_piece(int fd, int64_t deadline, struct str *out, bool *is_end)
{
	char piece[4096];
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int ready = poll(&wait, 1, clock_left(deadline));

	if (ready < 0 && errno == EINTR)
		return ENDED;
	if (ready <= 0)
		return LATE;
	ssize_t got = fs_read(fd, piece, sizeof piece);
	*is_end = got <= 0;
	if (got > 0)
		str_add_n(out, piece, (size_t)got);
	if (out->is_secret)
		mem_wipe(piece, sizeof piece);
	return out->is_full ? TOO_MUCH : ENDED;
}

static enum ending read_answer(int fd, int64_t deadline, struct str *out)
{
	enum ending ending = ENDED;
	bool is_end = false;

	while (ending == ENDED && !is_end)
		ending = read_piece(fd, deadline, out, &is_end);
	return ending;
}

/* A child that closed its stdout and goes on is waited for until the deadline, too. */
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

static enum ending finish(struct child *child, int64_t deadline, struct str *out, int *status)
{
	enum ending ending = read_answer(child->answer, deadline, out);
	int wait_status = 0;

	close(child->answer);
	if (ending == ENDED && !has_ended(child->pid, deadline, &wait_status))
		ending = LATE;
	if (ending != ENDED) {
		kill(-child->pid, SIGKILL);
		waitpid(child->pid, &wait_status, 0);
	}
	*status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
	return ending;
}

bool proc_run(char *const argv[], int64_t deadline, struct str *out, int *status, struct err *err)
{
	struct child child;

	if (!start(&child, STDOUT_FILENO, err))
		return false;
	if (child.pid == 0) {
		prctl(PR_SET_PDEATHSIG, 0);
		execvp(argv[0], argv);
		_exit(errno == ENOENT ? 127 : 126);
	}
	switch (finish(&child, deadline, out, status)) {
	case LATE:
		return err_set(err, ERR_CONFIG, _("the command did not end in time"));
	case TOO_MUCH:
		return err_set(err, ERR_CONFIG, _("the command printed more than %zu bytes"),
			       out->max);
	default:
		return true;
	}
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
	struct child child;
	int status;

	if (!start(&child, STDERR_FILENO + 1, err))
		return false;
	if (child.pid == 0) {
		function(arg, STDERR_FILENO + 1);
		_exit(0);
	}
	enum ending ending = finish(&child, deadline, out, &status);
	if (ending == LATE)
		return err_set(err, ERR_NET, _("no answer in time"));
	if (ending == TOO_MUCH || status != 0)
		return err_set(err, ERR_NET, _("the helper process failed"));
	return true;
}
