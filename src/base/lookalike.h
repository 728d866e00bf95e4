/* lookalike.h - characters that look like an ASCII character, or are invisible; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/*
 * Kinds of characters that come from web pages and word processors; LOOKALIKE_SIGN comes from an
 * input method (IME). `meant` is the ASCII character to write instead, '\0' if the character is to
 * be deleted.
 */
enum lookalike_kind {
	LOOKALIKE_BLANK = 1 << 0,     /* U+00A0 and other blanks and line ends */
	LOOKALIKE_INVISIBLE = 1 << 1, /* U+200B and other zero-width characters, direction marks */
	LOOKALIKE_CONTROL = 1 << 2,   /* C0 except for tab and line feed, DEL, C1 */
	LOOKALIKE_QUOTE = 1 << 3,     /* for " */
	LOOKALIKE_APOSTROPHE = 1 << 4,
	LOOKALIKE_DASH = 1 << 5,
	LOOKALIKE_SIGN = 1 << 6, /* : = , ; @ # */
};

/* The kinds that are invisible. */
#define LOOKALIKE_HIDDEN (LOOKALIKE_BLANK | LOOKALIKE_INVISIBLE | LOOKALIKE_CONTROL)
#define LOOKALIKE_QUOTES (LOOKALIKE_QUOTE | LOOKALIKE_APOSTROPHE)

/* A character that was found: its place and length in bytes, and its Unicode name. */
struct lookalike {
	enum lookalike_kind kind;
	unsigned long point;
	size_t at;
	size_t len;
	const char *name;
	char meant;
};

/* Finds the first character of one of the kinds; false: there is none. */
bool lookalike_find(const char *text, unsigned kinds, struct lookalike *found);
/* True if the text begins, or ends, with such a character. */
bool lookalike_begins(const char *text, unsigned kinds, struct lookalike *found);
bool lookalike_ends(const char *text, unsigned kinds, struct lookalike *found);

/*
 * Returns a copy in which ASCII characters replace those of the given kinds; the caller frees it.
 */
char *lookalike_mend(const char *text, unsigned kinds) MUST_USE;

/* Appends "U+00A0 (no-break space)". */
void lookalike_add(struct str *out, const struct lookalike *found);
