/* feeder.h - a child that writes bytes to a pipe, as the stdin of a command */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <sys/types.h>

/* A child that feeds a command whose stdin can't be a file. A zeroed feeder has no child. */
struct feeder {
	pid_t pid;
	int output;
};

/*
 * Starts the child. `output` is the end of the pipe that the command reads. It stays open in this
 * process until feeder_close, so that the child waits (without SIGPIPE) if the command stops
 * reading. ERR_SYSTEM.
 */
bool feeder_open(struct feeder *feeder, const char *bytes, size_t len, struct err *err) MUST_USE;
/*
 * To be asked after the command has ended. False: the child ended before it wrote its last byte, so
 * the command may have taken a part for the whole input.
 */
bool feeder_is_good(const struct feeder *feeder) MUST_USE;
/* Ends the child. */
void feeder_close(struct feeder *feeder);
