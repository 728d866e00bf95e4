/* command.h - secrets that a command prints */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/credential.h"

#include <stdint.h>

/*
 * A command as execvp(3) takes it; it has a minute, or until `deadline`. A token depends on it and
 * on what `whose` says, and on nothing else.
 */
struct command {
	char *const *argv;
	const char *whose;
	bool is_refused; /* the server has not taken the token that it printed before */
	int64_t deadline;
};

/*
 * The first line that the command prints. ERR_CONFIG: it did not end well or in time, or printed
 * nothing. ERR_DEFER: it ended with status 75 (EX_TEMPFAIL). The output is never in the text.
 */
bool command_password(const struct command *command, struct secret *out, struct err *err) MUST_USE;

/*
 * The access token that it prints (token.h), or has printed before where that has been kept
 * (tokencache.h) and not been refused. ERR_AUTH: there is no token, as the command explains.
 */
bool command_token(const struct command *command, struct credential *out, struct err *err) MUST_USE;
