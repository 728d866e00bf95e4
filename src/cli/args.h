/* args.h - the unread words of the command line, and the request that they make */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "cli/request.h"

/* The words of argv that are left. `is_sendmail`: called by one of sendmail's names. */
struct args {
	char **first;
	char **next;
	struct request *request;
	bool is_sendmail;
	bool is_ended;
	size_t before_end;     /* number of recipients before "--" */
	char idle;             /* first letter given that has no effect, */
	const char *idle_text; /* and its argument */
};

/* Sets ERR_USAGE, "TEXT: PROBLEM", for a word of the command line. Returns false. */
bool args_refuse(struct err *err, const char *problem, const char *text);
