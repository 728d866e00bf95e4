/* users.c - doing something for every user of the system, as that user */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/users.h"

#include "app/detach.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* A user can make his own run last; the others need not wait for him longer than this. */
enum { CHILDREN_MAX = 16, RUN_SECONDS_MAX = 30 * 60 };

struct children {
	pid_t pids[CHILDREN_MAX];
	size_t count;
	int64_t deadline;
};

static void set_environment(const struct passwd *user)
{
	clearenv();
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
	setenv("HOME", user->pw_dir, 1);
	setenv("USER", user->pw_name, 1);
	setenv("LOGNAME", user->pw_name, 1);
	setenv("SHELL", "/bin/sh", 1);
}

/* All three ids, so that there is no way back; which is tried. */
static bool become(const struct passwd *user)
{
	uid_t uid = user->pw_uid;
	gid_t gid = user->pw_gid;

	if (initgroups(user->pw_name, gid) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return false;
	if (uid != 0 && (setresuid(0, 0, 0) == 0 || geteuid() != uid || getegid() != gid))
		return false;
	(void)prctl(PR_SET_DUMPABLE, 0);
	set_environment(user);
	setsid();
	/* What root's caller has left open is none of the user's. */
	detach_close_inherited();
	return chdir("/") == 0;
}

/* A home that is missing, or somebody else's, is none. */
static bool has_home(const struct passwd *user)
{
	struct stat st;

	return user->pw_dir && stat(user->pw_dir, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == user->pw_uid;
}

/*
 * It leads its session, so that its group is what it has started, too. False where it goes on, as
 * it can't be ended: a service without CAP_KILL may not do that.
 */
static bool await(pid_t pid, int64_t deadline)
{
	CLEANUP(fs_close_at) int fd = pidfd_open(pid, 0);

	if (fd < 0 || fs_wait(fd, POLLIN, deadline) != 0)
		return true;
	kill(-pid, SIGKILL);
	return kill(pid, SIGKILL) == 0;
}

static void collect(struct children *children, int *status)
{
	for (size_t i = 0; i < children->count; i++) {
		int ended = 0;
		bool is_over = await(children->pids[i], children->deadline);
		while (is_over && waitpid(children->pids[i], &ended, 0) < 0 && errno == EINTR)
			;
		if (!is_over || !WIFEXITED(ended))
			*status = EX_TEMPFAIL;
		else if (WEXITSTATUS(ended) != EX_OK)
			*status = WEXITSTATUS(ended);
	}
	*children = (struct children){ .deadline = clock_after(RUN_SECONDS_MAX) };
}

/* Whether this is the child of a user, who it has become. */
static bool become_in_child(struct children *children, const struct passwd *user, int *status)
{
	pid_t pid = fork();

	if (pid == 0 && !become(user))
		_exit(EX_OSERR);
	if (pid < 0)
		*status = EX_OSERR;
	if (pid > 0)
		children->pids[children->count++] = pid;
	if (pid > 0 && children->count == CHILDREN_MAX)
		collect(children, status);
	return pid == 0;
}

bool users_become_each(int *status, struct err *err)
{
	struct children children = { .deadline = clock_after(RUN_SECONDS_MAX) };
	struct passwd *user;

	*status = EX_OK;
	if (geteuid() != 0)
		return err_set(err, ERR_USAGE, _("--all-users: only root can do that"));
	setpwent();
	while ((user = getpwent()))
		if (has_home(user) && become_in_child(&children, user, status))
			return true;
	endpwent();
	collect(&children, status);
	return false;
}
