/* feeder.h - a child that writes bytes to a pipe, as the stdin of a command */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <sys/types.h>

/* For a command that can't be given a file. A zeroed feeder is none. */
struct feeder {
	pid_t pid;
	int output;
};

/*
 * Starts the child. `output` is the end of the pipe that the command reads; it stays open here
 * until feeder_close, so that the child waits where the command does not read on. ERR_SYSTEM.
 */
bool feeder_open(struct feeder *feeder, const char *bytes, size_t len, struct err *err) MUST_USE;
/*
 * For the time after the command has ended: whether it got all that it read for. False where the
 * child has ended before its last byte; the command may then have taken a part for the whole.
 */
bool feeder_is_good(const struct feeder *feeder) MUST_USE;
/* Ends the child. */
void feeder_close(struct feeder *feeder);
