/* changes.h - what becomes of a header before it is sent */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/header.h"

/*
 * Changes to a header (borrowed): fields that are added on top, fields whose body is replaced where
 * they stand, fields that are left out. What is not named here stays as it is, byte for byte, but
 * for its line ends.
 */
struct changes {
	const struct header *header;
	struct str top;
	char **bodies;
	bool *is_dropped;
};

void changes_init(struct changes *changes, const struct header *header);
void changes_done(struct changes *changes);

/* Adds a field below those added before; `body` may have folds, and no line end behind it. */
void changes_add(struct changes *changes, const char *name, const char *body);
/* Adds whole fields, each with its line end, in the same place. */
void changes_add_lines(struct changes *changes, const char *lines, size_t len);
/* Leaves out every field of that name, those that were added included. */
void changes_drop(struct changes *changes, const char *name);
/* Leaves out those fields of that name in the header that have nothing but blanks, or <>, in their
 * body. */
void changes_drop_empty(struct changes *changes, const char *name);
/* Leaves out one field, by its number. */
void changes_drop_field(struct changes *changes, size_t number);
/* Gives a field another body, as for changes_add. */
void changes_set_body(struct changes *changes, size_t number, const char *body);
/* The same for all fields of that name, of which the first stays; adds one where there is none. */
void changes_replace(struct changes *changes, const char *name, const char *body);

/* Whether a field of that name will be there with more than blanks, or <>, in its body. */
bool changes_has_content(const struct changes *changes, const char *name);

/* Appends the header as it is sent. Every line ends CRLF; the empty line is the caller's. */
void changes_write(const struct changes *changes, struct str *out);
