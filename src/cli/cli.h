/* cli.h - the command line */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "cli/request.h"

/*
 * The last part of argv[0] decides: `sendmail`, `send-mail`, `mailq`, `newaliases` and `runq` are
 * called by programs, maybe with words that a stranger has written. Under these names options that
 * name a file are ignored (letters) or refused (long ones), as are those that run a program or lead
 * to a secret, and the modes that sendmail does not have.
 *
 * Options may follow recipients (unless POSIXLY_CORRECT is set), short ones may be combined, long
 * ones abbreviated: the exact name; else a prefix that is unique among msmtp's options; else one
 * unique among all. ERR_USAGE. `request` is initialised in any case.
 */
bool cli_parse(struct request *request, int argc, char *argv[], struct err *err) MUST_USE;
