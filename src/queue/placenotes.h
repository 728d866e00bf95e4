/* placenotes.h - notes at the default place of where the other queues of a user are */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/places.h"

/*
 * A queue elsewhere (queue_folder, $XDG_STATE_HOME, a $HOME that differs from the passwd database)
 * is noted at the default place: a symbolic link in its folder places/. A link is made by one call,
 * cannot be half written, and takes any path.
 */

/*
 * Appends the noted places, even those that do not exist now. With a $HOME apart (home_is_apart)
 * only the places that were noted with this $HOME. ERR_SYSTEM: some could not be read; the others
 * are appended.
 */
bool placenotes_add(struct places *out, struct err *err) MUST_USE;

/*
 * Notes an open queue, before the first message is put there. Costs one system call if it is noted
 * already, and none for the default place. ERR_SYSTEM: runs that do not know the path by their
 * config will not find the queue.
 */
bool placenotes_make(const char *path, struct err *err) MUST_USE;

/*
 * Notes the default place itself before it is made, if $HOME is apart: a run for all users goes by
 * the passwd database. ERR_SYSTEM.
 */
bool placenotes_make_home(struct err *err) MUST_USE;
