/* command.h - passwords and access tokens that a command prints */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/credential.h"

#include <stdint.h>

/*
 * A command, with its words as execvp(3) takes them. It has one minute, or until `deadline` if that
 * is earlier. The cache finds a token by the command and `whose` (relay and user) alone.
 */
struct command {
	char *const *argv;
	const char *whose;
	bool is_refused; /* the server rejected the token that the command printed before */
	int64_t deadline;
};

/*
 * The first line of the output. ERR_CONFIG: the command failed, did not end in time, or printed
 * nothing. ERR_DEFER: it ended with status 75 (EX_TEMPFAIL). The text of the error never contains
 * the output.
 */
bool command_password(const struct command *command, struct secret *out, struct err *err) MUST_USE;

/*
 * The access token that the command prints (access_token.h). A token of an earlier run is taken
 * from the cache (tokencache.h) instead, unless the server rejected it. ERR_AUTH: the command
 * printed an error instead of a token.
 */
bool command_token(const struct command *command, struct credential *out, struct err *err) MUST_USE;
