/* detach.c - going on in the background */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/detach.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int detach(void)
{
	fflush(NULL);
	int pid = fork();
	if (pid != 0)
		return pid;
	setsid();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	return 0;
}
