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
 * Queues elsewhere are noted there, see placenotes.h.
 */
struct places {
	char **paths;
	size_t count;
};

void places_done(struct places *places);

/* Appends a place, unless the list has it already, as do all functions below. */
void places_add(struct places *places, const char *path);
/* As places_add, but takes over the path; NULL: does nothing. */
void places_take(struct places *places, char *path);

/* Appends the places for a message without a named folder, the preferred place first. */
void places_add_for_new(struct places *out);

/* As places_add_for_new, and adds the place for a user without a home. */
void places_add_usual(struct places *out);

/* The default place; the caller frees it. `is_sure`: it can be used, as far as known. */
char *places_default(bool *is_sure) MUST_USE;
/* The default place in a home; the caller frees it. */
char *places_in_home(const char *home) MUST_USE;
