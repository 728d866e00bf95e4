/* changes.h - changes to a header before it is sent */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/header.h"

/*
 * Changes to a header (borrowed): fields added on top, fields with another body, fields left out.
 * All other fields stay as they are, byte for byte, except that lines end CRLF.
 */
struct changes {
	const struct header *header;
	struct str top;
	char **bodies;
	bool *is_dropped;
};

void changes_init(struct changes *changes, const struct header *header);
void changes_done(struct changes *changes);

/* Adds a field below those added before; `body` may have folds, and has no line end after it. */
void changes_add(struct changes *changes, const char *name, const char *body);
/* Adds whole fields, each with its line end, in the same place. */
void changes_add_lines(struct changes *changes, const char *lines, size_t len);
/* Leaves out every field of that name, also added ones. */
void changes_drop(struct changes *changes, const char *name);
/* Leaves out the fields of that name in the header with a body of only blanks or <>. */
void changes_drop_empty(struct changes *changes, const char *name);
/* Leaves out one field, by its number. */
void changes_drop_field(struct changes *changes, size_t number);
/* Replaces the body of a field; `body` as for changes_add. */
void changes_set_body(struct changes *changes, size_t number, const char *body);
/*
 * Replaces the body of the first field of that name and leaves out the others; adds a field if
 * there is none.
 */
void changes_replace(struct changes *changes, const char *name, const char *body);

/* Whether the changed header has a field of that name with more than blanks or <> in its body. */
bool changes_has_content(const struct changes *changes, const char *name);

/* Appends the changed header. Every line ends CRLF; the caller adds the empty line. */
void changes_write(const struct changes *changes, struct str *out);
