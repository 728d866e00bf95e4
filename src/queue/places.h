/* places.h - the places where the queues of a user are, and notes of them */
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
 * A queue elsewhere (queue_folder, $XDG_STATE_HOME, a $HOME that differs from the passwd database)
 * is noted at the default place: a symbolic link in its folder places/. A link is made by one call,
 * cannot be half written, and takes any path.
 */
struct places {
	char **paths;
	size_t count;
};

void places_done(struct places *places);

/* Appends a place, unless the list has it already, as do all functions below. */
void places_add(struct places *places, const char *path);

/* Where a message is queued if no folder is named: the first place that can be opened. */
void places_add_for_new(struct places *out);

/* The same, and where messages were queued while the user had no home. */
void places_add_usual(struct places *out);

/*
 * Appends the noted places, even those that do not exist now. With a $HOME apart (home_is_apart)
 * only the places that were noted with this $HOME. ERR_SYSTEM: some could not be read; the others
 * are appended.
 */
bool places_add_noted(struct places *out, struct err *err) MUST_USE;

/*
 * Notes an open queue, before the first message is put there. Costs one system call if it is noted
 * already, and none for the default place. ERR_SYSTEM: runs that do not know the path by their
 * config will not find the queue.
 */
bool places_note(const char *path, struct err *err) MUST_USE;

/*
 * Notes the default place itself before it is made, if $HOME is apart: a run for all users goes by
 * the passwd database. ERR_SYSTEM.
 */
bool places_note_home(struct err *err) MUST_USE;
