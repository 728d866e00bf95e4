/* mistake.h - a value that is taken, but hardly meant; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/option.h"

enum mistake {
	MISTAKE_NONE,
	MISTAKE_DOUBT, /* may be meant: a warning */
	MISTAKE_ERROR, /* can't work */
};

/*
 * Looks for what is copied or typed into config files by mistake: invisible characters, quotes of
 * the wrong kind, a comment after the value, `=` before it, a comma at the end, a variable of the
 * shell. Appends what it is and what to write; the value itself is not shown, as it may be a
 * secret.
 *
 * In the name of a host or an address (OPTION_PLAIN) it is an error. Elsewhere it may be meant; a
 * value in outer quotes (`is_quoted`), as the warning advises, is meant so.
 */
enum mistake mistake_in_value(const struct option *option, const char *text, bool is_quoted,
			      struct str *out);
/* The same for the name that an account is given. */
enum mistake mistake_in_name(const char *name, struct str *out);
