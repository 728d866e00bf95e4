/* expand.h - the % in `domain` and `from` */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/* The values of the letters; all borrowed. */
struct expansion {
	const char *system_folder; /* folder of the file mailname, for %M */
	const char
		*message_from; /* for %F: the address in the From field; NULL leaves %F unchanged */
	bool is_by_uid;        /* for %U: ignore $USER, see expand_user */
};

/*
 * Replaces each %X in `text` whose X is one of `letters`, and returns a new text. %U is the user's
 * name, %H the host name, %C the canonical host name by DNS, %M the first line of the file
 * mailname, %F the address in the From field. Control characters in a value become `?`. NULL with
 * ERR_CONFIG: the file mailname is missing or empty.
 */
char *expand_text(const char *text, const char *letters, const struct expansion *expansion,
		  struct err *err) MUST_USE;

/*
 * The name of the user that runs this process: $USER, $LOGNAME, or the name by the system, as with
 * msmtp. With `is_by_uid` it is the name of the uid in the passwd database, as cron and sudo can
 * leave another user's variables in the environment. If the database has no name for the uid, it is
 * $USER, unless that is another user's name.
 */
const char *expand_user(bool is_by_uid);
