/* mistake.h - values that a setting takes although they are probably a mistake; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/option.h"

enum mistake {
	MISTAKE_NONE,
	MISTAKE_DOUBT, /* may be intended: a warning */
	MISTAKE_ERROR, /* can't work */
};

/*
 * Looks for mistakes of copying and typing in the value of a setting: invisible characters, quotes
 * of the wrong kind, a comment after the value, `=` before it, a comma at the end, a variable of
 * the shell. Appends the mistake and the advice. The value itself is not shown, as it may be a
 * secret.
 *
 * In the name of a host or an address (OPTION_PLAIN) the mistake is an error. Elsewhere it is a
 * warning, which advises outer quotes; a value in outer quotes (`is_quoted`) is taken as intended.
 */
enum mistake mistake_in_value(const struct option *option, const char *text, bool is_quoted,
			      struct str *out);
/* The same for the name of an account. */
enum mistake mistake_in_name(const char *name, struct str *out);
