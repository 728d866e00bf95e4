/* terminal.c - the controlling terminal, while this process is in its foreground */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/terminal.h"

#include "base/fs.h"

#include <fcntl.h>
#include <unistd.h>

bool terminal_is_ours(const struct terminal *terminal)
{
	return tcgetpgrp(terminal->fd) == getpgrp();
}

bool terminal_open(struct terminal *terminal)
{
	terminal->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (terminal->fd >= 0 && terminal_is_ours(terminal) &&
	    tcgetattr(terminal->fd, &terminal->modes) == 0)
		return true;
	fs_close_at(&terminal->fd);
	return false;
}

void terminal_close(struct terminal *terminal)
{
	fs_close_at(&terminal->fd);
}

/* The system stops a background process that sets the modes of its terminal. */
void terminal_restore(const struct terminal *terminal)
{
	if (terminal_is_ours(terminal))
		tcsetattr(terminal->fd, TCSANOW, &terminal->modes);
}
