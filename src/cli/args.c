/* args.c - the unread words of the command line, and the request that they make */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/args.h"

#include "base/str.h"

#include <string.h>

bool args_refuse(struct err *err, const char *problem, const char *text)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, text, strlen(text));
	return err_set(err, ERR_USAGE, "%s: %s", shown.bytes, problem);
}
