/* cli.h - parsing the command line */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "cli/request.h"

/*
 * Parses the command line. If argv[0] is `sendmail`, `send-mail`, `mailq`, `newaliases` or `runq`,
 * the caller is a program, and its arguments may come from a stranger. Some options are then
 * refused (long ones) or ignored (letters): those that name a file, run a program or lead to a
 * secret, and modes that sendmail does not have.
 *
 * Options may follow recipients (unless POSIXLY_CORRECT is set), short ones may be combined, long
 * ones abbreviated: the exact name; else a prefix that is unique among msmtp's options; else one
 * unique among all. ERR_USAGE. `request` is initialised in any case.
 */
bool cli_parse(struct request *request, int argc, char *argv[], struct err *err) MUST_USE;
