/* become.c - becoming another user for good, with nothing of root's open */
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

/* Closed first, so that a limit that the parent has reached is not met. */
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

/* All three ids, so that there is no way back; which is tried. */
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
	/* The session's keyring is inherited, whoever the process is; not every kernel has any. */
	(void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	return true;
}

/* A service of root's has a folder in memory for root's access tokens. */
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
	/* A change of ids takes this back. A child that its user has stopped ends by this one only.
	 */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == parent;
}
