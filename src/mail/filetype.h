/* filetype.h - the media type of a file by its name */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* The type of a matching pattern. */
struct filetype_match {
	char *type; /* NULL: none */
	int weight;
	size_t len;
};

/*
 * A name whose type is searched for in files of shared-mime-info (globs2), the most important file
 * first. `exact` is the best match so far, `folded` the best match without regard to case, used
 * only if there is no exact one. `dropped` lists types, each followed by a line end, that later
 * files may not match: an earlier file overrides all their patterns.
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
 * Searches the text of one file, lines of "weight:type:pattern:flags". The greatest weight wins,
 * then the longest pattern, then the first found. Lines of another form, and patterns that could
 * take long to match, are skipped.
 */
void filetype_look(struct filetype *filetype, const char *globs, size_t len);
/* Returns the type found, or NULL. */
const char *filetype_found(const struct filetype *filetype);

/*
 * Returns the type of a file by its name; folders in the name are ignored. Searches the globs2
 * files in $XDG_DATA_HOME and $XDG_DATA_DIRS, or a short built-in list if there are none. An
 * unknown type is application/octet-stream. So is a whole message: message/rfc822 must not be in
 * base64, RFC 2046 section 5.2.1. The caller frees it.
 */
char *filetype_of(const char *name) MUST_USE;
