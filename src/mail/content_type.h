/* content_type.h - the value and the parameters of a Content-Type or Content-Disposition field */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

struct parameter {
	char *name; /* lower case */
	char *value;
};

/*
 * "text/plain; charset=utf-8" in pieces, RFC 2045 section 5.1: `value` in lower case, and the
 * parameters in order, quotes and comments taken off. The names of RFC 2231 keep their asterisks.
 */
struct content_type {
	char *value;
	struct parameter *parameters;
	size_t count;
};

/*
 * Reads the body of such a field. What is broken is read as robust readers do: a value without
 * quotes goes up to the next semicolon or blank, and what is no parameter is passed over.
 */
void content_type_init(struct content_type *type, const char *text, size_t len);
void content_type_done(struct content_type *type);

/* The first parameter of that name (lower case), or NULL. */
const char *content_type_find(const struct content_type *type, const char *name);
/*
 * The same, or what sections of RFC 2231 ("name*0", "name*1" and so on, or "name*") make up
 * together, their percents undone; NULL where there is neither. For short texts: there are no more
 * than 32 sections.
 */
char *content_type_join(const struct content_type *type, const char *name);
/* Whether the value begins with that ("text/", or a whole type). */
bool content_type_is(const struct content_type *type, const char *prefix);
