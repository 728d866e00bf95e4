/* become.c - becoming another user for good */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/become.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Closes the inherited descriptors before opening /dev/null: the parent may have reached the limit
 * of open files.
 */
static bool replace_descriptors(int words)
{
	if (dup2(words, STDERR_FILENO) < 0 || dup2(words, STDOUT_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, ~0U, 0) < 0)
		return false;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return null >= 0 && dup2(null, STDIN_FILENO) >= 0 && close(null) == 0;
}

static void replace_signals(void)
{
	sigset_t none;

	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Sets the real, effective and saved ids, and verifies that root's ids cannot be regained. */
static bool replace_ids(const struct user *user)
{
	uid_t uid = user->uid;
	gid_t gid = user->gid;

	if (initgroups(user->name, gid) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return false;
	if (uid != 0 && (setresuid(0, 0, 0) == 0 || geteuid() != uid || getegid() != gid))
		return false;
	(void)prctl(PR_SET_DUMPABLE, 0);
	/*
	 * A child inherits the session keyring even after a change of ids: join a new one. Some
	 * kernels have no keyrings.
	 */
	(void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	return true;
}

/* Keeps RUNTIME_DIRECTORY for root only: a service keeps root's access tokens in this folder. */
static void replace_environment(const struct user *user)
{
	const char *folder = user->uid == 0 ? getenv("RUNTIME_DIRECTORY") : NULL;
	CLEANUP(mem_free_at) char *kept = folder ? mem_copy(folder) : NULL;

	clearenv();
	if (kept)
		setenv("RUNTIME_DIRECTORY", kept, 1);
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
	setenv("HOME", user->home, 1);
	setenv("USER", user->name, 1);
	setenv("LOGNAME", user->name, 1);
	setenv("SHELL", "/bin/sh", 1);
}

bool become_user(const struct user *user, int words, pid_t parent)
{
	setsid();
	if (!replace_descriptors(words) || !replace_ids(user) || chdir("/") < 0)
		return false;
	replace_signals();
	replace_environment(user);
	/*
	 * A change of ids resets the death signal, so set it here. The user may stop the child with
	 * SIGSTOP: only SIGKILL ends it then.
	 */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == parent;
}
