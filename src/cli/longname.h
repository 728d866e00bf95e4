/* longname.h - the names of long options: finding one by its name, or by a part of it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/nearest.h"
#include "cli/flag.h"

/* A long option of any kind: an entry of cli.def, or else a setting by a new or an old name. */
struct long_name {
	const char *name;
	const char *argument;    /* NULL: it takes none */
	unsigned flags;          /* OPTION_... */
	const struct flag *flag; /* NULL: it is a setting */
};

/*
 * Finds the option of that exact name; else of a prefix that is unique among msmtp's options; else
 * of one that is unique among all. ERR_USAGE, which names the nearest one.
 */
bool longname_find(const char *prefix, struct long_name *found, struct err *err) MUST_USE;

/* Whether there is one of that name, which is not a prefix. `-` and `_` are alike. */
bool longname_exists(const char *name);
