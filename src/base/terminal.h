/* terminal.h - the controlling terminal, while this process is in its foreground */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <termios.h>

/* A terminal, and the modes that it had when it was opened. */
struct terminal {
	int fd;
	struct termios modes;
};

/*
 * Opens the controlling terminal, whatever the standard descriptors are. False: there is none, or
 * our process group is not in its foreground. The descriptor is non-blocking.
 */
bool terminal_open(struct terminal *terminal) MUST_USE;
void terminal_close(struct terminal *terminal);

/* True if our process group is in the foreground. */
bool terminal_is_ours(const struct terminal *terminal) MUST_USE;

/* Restores the modes of the terminal, unless other processes are now in its foreground. */
void terminal_restore(const struct terminal *terminal);
