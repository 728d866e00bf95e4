/* fold.h - where a long header field can be folded; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* Places where a blank may be inserted, because it has no meaning there. */
enum fold_places {
	FOLD_BLANKS,     /* nowhere: only existing blanks are used */
	FOLD_IDS,        /* after ">" */
	FOLD_SEMICOLONS, /* after ";" */
	FOLD_COMMAS,     /* after "," outside of angle brackets */
	FOLD_JSON,       /* after "," and the like */
	FOLD_LIST,       /* after ";" and ",", only if the line would be too long to be sent */
	FOLD_SIGNATURE,  /* in the value of DKIM's b=, which is not signed */
	FOLD_ANYWHERE,   /* base64; in a field of URLs: within the URLs */
};

struct fold {
	enum fold_places places;
	bool has_quotes;      /* keep quoted strings in one line if possible */
	bool keeps_quotes;    /* never split quoted strings */
	bool is_fixed;        /* the existing blanks can't be used, because they are signed */
	bool is_value_base64; /* a long base64 value after ";" may be split anywhere */
	bool has_urls;        /* blanks in angle brackets have no meaning, RFC 2369 section 2 */
};

/*
 * Appends the unfolded body of a field in short lines. `column` is where it begins. Uses existing
 * blanks first, then inserts blanks, and last splits quoted strings and URLs. Returns whether no
 * line exceeds 998 octets, the name of the field included.
 */
bool fold_body(struct str *out, const char *text, size_t column, struct fold how) MUST_USE;
