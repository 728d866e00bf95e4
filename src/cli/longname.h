/* longname.h - finding a long option by its name or a prefix */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/nearest.h"
#include "cli/flag.h"

/* A long option of any kind: an entry of cli.def, or a setting by its name or an alias. */
struct long_name {
	const char *name;
	const char *argument;    /* NULL: takes no argument */
	unsigned flags;          /* OPTION_... */
	const struct flag *flag; /* NULL: the option is a setting */
};

/*
 * Finds an option: the exact name; else a prefix that is unique among msmtp's options; else a
 * prefix that is unique among all. ERR_USAGE, with the nearest name.
 */
bool longname_find(const char *prefix, struct long_name *found, struct err *err) MUST_USE;

/* Whether an option has exactly this name. `-` and `_` are alike. */
bool longname_exists(const char *name);
