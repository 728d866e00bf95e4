/* json.h - reading some members of a JSON object, and writing texts; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* Deeper nesting is an error. */
enum { JSON_DEPTH_MAX = 32 };

enum json_kind { JSON_NONE, JSON_STRING, JSON_NUMBER };

/*
 * A member that the caller wants. `kind` and `value` are filled in: a string is decoded to UTF-8
 * (and may hold NUL bytes), a number stays as it was written. JSON_NONE: the member is missing, or
 * is neither. The caller initialises `value`, which sets the greatest length and whether it is a
 * secret.
 */
struct json_member {
	const char *name;
	enum json_kind kind;
	struct str value;
};

/*
 * Reads a text that is one JSON object (RFC 8259). Only members of the object itself count, not
 * those of nested objects; of several with the same name the last counts. False: the text is not
 * one JSON object, or a value is longer than its string may be.
 */
bool json_read_object(const char *text, size_t len, struct json_member *members,
		      size_t count) MUST_USE;

/*
 * Appends a text as a JSON string in ASCII. Bytes that are not UTF-8 become U+FFFD. RFC 8259
 * section 7.
 */
void json_add_text(struct str *out, const char *bytes, size_t len);
/* Appends JSON that is in UTF-8 as ASCII: other characters (in strings) become escapes. */
void json_add_ascii(struct str *out, const char *json, size_t len);
