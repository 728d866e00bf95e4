/* expand.h - the % in `domain` and `from` */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/* What the letters stand for; all borrowed. */
struct expansion {
	const char *system_folder; /* where the file mailname is, for %M */
	const char *message_from;  /* for %F, which stays as it is where this is NULL */
};

/*
 * Replaces each %X in `text` whose X is one of `letters` and returns a fresh text: %U the user's
 * name, %H the host's, %C its canonical name by DNS, %M the first line of the file mailname, %F the
 * address in the From field. Control characters in a value become `?`. NULL with ERR_CONFIG: there
 * is no mail name.
 */
char *expand_text(const char *text, const char *letters, const struct expansion *expansion,
		  struct err *err) MUST_USE;

/* The name of the user who runs us: $USER, $LOGNAME, or what the system says. */
const char *expand_user(void);
