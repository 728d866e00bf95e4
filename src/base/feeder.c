/* feeder.c - a child that writes bytes to a pipe, as the stdin of a command */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/feeder.h"

#include "base/child.h"
#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLACE = STDERR_FILENO + 1 };

/* The child allocates nothing, so that a lack of memory cannot end it early. */
bool feeder_open(struct feeder *feeder, const char *bytes, size_t len, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, ERR_SYSTEM, errno, _("cannot create a pipe"));
	pid_t pid = child_start(-1, ends[1], PLACE, false);
	int number = errno;
	if (pid == 0)
		_exit(fs_write_all(PLACE, bytes, len) ? 0 : 1);
	close(ends[1]);
	if (pid > 0) {
		*feeder = (struct feeder){ .pid = pid, .output = ends[0] };
		return true;
	}
	close(ends[0]);
	return err_sys(err, ERR_SYSTEM, number, _("cannot start a process"));
}

bool feeder_is_good(const struct feeder *feeder)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)feeder->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return false;
	return info.si_pid == 0 || (info.si_code == CLD_EXITED && info.si_status == 0);
}

void feeder_close(struct feeder *feeder)
{
	if (feeder->pid <= 0)
		return;
	close(feeder->output);
	child_kill(feeder->pid, false);
	while (waitpid(feeder->pid, NULL, 0) < 0 && errno == EINTR)
		;
	feeder->pid = 0;
}
