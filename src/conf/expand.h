/* expand.h - the % in `domain` and `from` */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/* What the letters stand for; all borrowed. */
struct expansion {
	const char *system_folder; /* where the file mailname is, for %M */
	const char *message_from;  /* for %F, which stays as it is where this is NULL */
	bool is_by_uid;            /* for %U */
};

/*
 * Replaces each %X in `text` whose X is one of `letters` and returns a fresh text: %U the user's
 * name, %H the host's, %C its canonical name by DNS, %M the first line of the file mailname, %F the
 * address in the From field. Control characters in a value become `?`. NULL with ERR_CONFIG: there
 * is no mail name.
 */
char *expand_text(const char *text, const char *letters, const struct expansion *expansion,
		  struct err *err) MUST_USE;

/*
 * The name of the user who runs us: $USER, $LOGNAME, or what the system says, as with msmtp. With
 * `is_by_uid` the name of the uid in the passwd database: cron and sudo can leave the variables of
 * another user. A uid without a name there has $USER if it is no other user's name.
 */
const char *expand_user(bool is_by_uid);
