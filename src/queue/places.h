/* places.h - the places where the queues of a user are */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * A user has one default place, which every run and every list looks into:
 *
 *	root             /var/spool/mailchute
 *	others           .local/state/mailchute in the home (see home.h)
 *	without a home   /var/spool/mailchute-users/UID, if that folder is prepared
 *
 * A queue elsewhere (queue_folder, $XDG_STATE_HOME, $HOME apart from the passwd database) is
 * written down at the default place: a symbolic link in its folder places/. A link is made by one
 * call, can't be half written, and takes any path.
 */
struct places {
	char **paths;
	size_t count;
};

void places_done(struct places *places);

/* Appends a place that is not there yet, as do all of these. */
void places_add(struct places *places, const char *path);

/* Where a message goes if no folder is named: the first place that can be opened. */
void places_add_for_new(struct places *out);

/* The same, and where messages may have gone while there was no home. */
void places_add_usual(struct places *out);

/*
 * Appends the places that are written down. Those that do not exist now are among them. With $HOME
 * apart (home_is_apart) only the places that were written down with this $HOME. ERR_SYSTEM: some
 * could not be read; the others are appended.
 */
bool places_add_noted(struct places *out, struct err *err) MUST_USE;

/*
 * Writes down a queue that has been opened, before the first message is put there. Costs one system
 * call if it is written down already, and none for the default place. ERR_SYSTEM: runs that do not
 * know the path by their config will not find it.
 */
bool places_note(const char *path, struct err *err) MUST_USE;

/*
 * Writes down the default place itself before it is made, if $HOME is apart: a run for all users
 * goes by the passwd database. ERR_SYSTEM.
 */
bool places_note_home(struct err *err) MUST_USE;
