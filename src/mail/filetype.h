/* filetype.h - the media type of a file, told by its name */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* A pattern that a name matches, and the type that it stands for. */
struct filetype_match {
	char *type; /* NULL: none */
	int weight;
	size_t len;
};

/*
 * A name whose type is looked for in files of the shared-mime-info kind (globs2), the most
 * important one first. `exact` is the best match so far, `folded` the best one without regard to
 * case, which counts where there is no other. `dropped` are the types, with a line end behind each,
 * that a file has all to itself.
 */
struct filetype {
	const char *name; /* borrowed, without folders */
	char *folded_name;
	struct filetype_match exact;
	struct filetype_match folded;
	struct str dropped;
};

void filetype_init(struct filetype *filetype, const char *name);
void filetype_done(struct filetype *filetype);
/*
 * Looks through the text of one file, lines of "weight:type:pattern:flags". The greatest weight
 * wins, then the longest pattern, then who came first. Lines of another form, and patterns that
 * could take long, are passed over.
 */
void filetype_look(struct filetype *filetype, const char *globs, size_t len);
/* The type that was found, or NULL. */
const char *filetype_found(const struct filetype *filetype);

/*
 * The type of a file of that name (folders in front are left aside): by the system's globs2 files,
 * in $XDG_DATA_HOME and $XDG_DATA_DIRS; by a short list of our own where there are none. What is
 * not known is application/octet-stream, and so is a whole message: in base64 it may not be called
 * by its name, RFC 2046 section 5.2.1. The caller frees it.
 */
char *filetype_of(const char *name) MUST_USE;
