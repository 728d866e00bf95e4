/* args.h - the words of the command line that are not yet read, and the request they make */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "cli/request.h"

/* What is left of argv. `is_sendmail`: called by one of sendmail's names. */
struct args {
	char **first;
	char **next;
	struct request *request;
	bool is_sendmail;
	bool is_ended;
	size_t before_end;     /* how many recipients are not after "--" */
	char idle;             /* a letter without effect that was given, */
	const char *idle_text; /* and its argument */
};

/* Sets ERR_USAGE, "TEXT: PROBLEM", for a word of the command line. Returns false. */
bool args_refuse(struct err *err, const char *problem, const char *text);
