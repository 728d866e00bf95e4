/* child.c - starting a child process with clean descriptors and signals, and killing it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/child.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { DESCENDANTS_DEPTH = 100 }; /* greatest depth of descendants */

/*
 * Resets the signals that this program ignores, handles or blocks. A signal that the caller ignores
 * (nohup) stays ignored. Our handlers must not run in a child: one of them takes a message back
 * from the queue.
 */
static void default_signals(void)
{
	sigset_t none;
	struct sigaction now;

	for (int number = 1; number < NSIG; number++)
		if (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_IGN &&
		    now.sa_handler != SIG_DFL)
			signal(number, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Moves `in` to stdin (-1: /dev/null) and `answer` to the descriptor `place`. stdout becomes
 * /dev/null unless it is `place`, stderr stays, and all other descriptors are closed.
 */
static bool arrange_descriptors(int in, int answer, int place)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(in < 0 ? null : in, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return false;
	if (answer != place && dup2(answer, place) < 0)
		return false;
	if (fcntl(place, F_SETFD, 0) < 0)
		return false;
	return close_range((unsigned)(place > STDERR_FILENO ? place : STDERR_FILENO) + 1, ~0U, 0) ==
	       0;
}

/*
 * A child dies with its parent. Unless it may ask the user it gets a session of its own: then no
 * terminal can stop it, and its process group can be killed as a whole.
 */
static void become_child(int in, int answer, int place, bool is_in_front)
{
	if (!is_in_front)
		setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	default_signals();
	if (!arrange_descriptors(in, answer, place))
		_exit(127);
}

/* Forks with all signals blocked in the child, so that no handler of ours runs there. */
static pid_t fork_quietly(void)
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid_t pid = fork();
	int number = errno;
	if (pid != 0)
		sigprocmask(SIG_SETMASK, &before, NULL);
	errno = number;
	return pid;
}

pid_t child_start(int in, int answer, int place, bool is_in_front)
{
	pid_t pid = fork_quietly();

	if (pid == 0)
		become_child(in, answer, place, is_in_front);
	return pid;
}

static void read_children(pid_t pid, struct str *numbers)
{
	CLEANUP(mem_free_at)
	char *path = str_format("/proc/%d/task/%d/children", (int)pid, (int)pid);
	CLEANUP(fs_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || !fs_read_rest(fd, numbers))
		str_clear(numbers);
}

/*
 * Kills a process and its descendants. It is stopped first, so that it starts no other meanwhile.
 */
static void kill_descendants(pid_t pid, int depth)
{
	CLEANUP(str_done) struct str numbers = STR_INIT;
	char *at;
	long child;

	kill(pid, SIGSTOP);
	if (depth > 0)
		read_children(pid, &numbers);
	for (at = numbers.bytes; (child = strtol(at, &at, 10)) > 0;)
		kill_descendants((pid_t)child, depth - 1);
	kill(pid, SIGKILL);
}

/* The group may not exist yet; then there is nothing except the child. */
void child_kill(pid_t pid, bool is_in_front)
{
	if (is_in_front)
		kill_descendants(pid, DESCENDANTS_DEPTH);
	else
		kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}
