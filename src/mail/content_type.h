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
 * parameters in order, without quotes and comments. Names with an asterisk (RFC 2231) keep it.
 */
struct content_type {
	char *value;
	struct parameter *parameters;
	size_t count;
};

/*
 * Reads the body of such a field, tolerant as mail readers are: a value without quotes ends at a
 * semicolon or a blank, and text that is no parameter is skipped.
 */
void content_type_init(struct content_type *type, const char *text, size_t len);
void content_type_done(struct content_type *type);

/* Returns the first parameter of that name (lower case), or NULL. */
const char *content_type_find(const struct content_type *type, const char *name);
/*
 * Returns the parameter of that name, or the value that its RFC 2231 sections ("name*0", "name*1"
 * and so on, or "name*") form, with percent signs decoded; NULL if there is neither. Reads up to 32
 * sections. The caller frees it.
 */
char *content_type_join(const struct content_type *type, const char *name);
/* Whether the value begins with the prefix ("text/", or a whole type). */
bool content_type_is(const struct content_type *type, const char *prefix);
