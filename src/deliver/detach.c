/* detach.c - going on in the background */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/detach.h"

#include "deliver/report.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Closes the descriptors that this process has inherited. mailchute marks its own to be closed on
 * exec; inherited ones have no such mark.
 */
static void close_inherited(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *found;

	while (dir && (found = readdir(dir))) {
		int fd = (int)strtol(found->d_name, NULL, 10);
		int flags = fd > STDERR_FILENO ? fcntl(fd, F_GETFD) : FD_CLOEXEC;
		if (flags >= 0 && !(flags & FD_CLOEXEC))
			close(fd);
	}
	if (dir)
		closedir(dir);
}

int detach(void)
{
	fflush(NULL);
	int pid = fork();
	if (pid != 0)
		return pid;
	report_detached();
	setsid();
	/* An inherited pipe that stays open would keep its reader waiting. */
	close_inherited();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	return 0;
}
