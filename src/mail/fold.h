/* fold.h - where a long header field can be folded; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* Where a blank may be put in, because it means nothing there. */
enum fold_places {
	FOLD_BLANKS,     /* nowhere: only blanks that are there can be used */
	FOLD_IDS,        /* between ">" and what follows */
	FOLD_SEMICOLONS, /* after ";" */
	FOLD_COMMAS,     /* after "," outside of angle brackets */
	FOLD_JSON,       /* after "," and the like */
	FOLD_LIST, /* after ";" and ",", but only where the line would be too long to be sent */
	FOLD_SIGNATURE, /* in the value of DKIM's b=, which is not signed */
	FOLD_ANYWHERE,  /* base64; in a field of URLs within these */
};

struct fold {
	enum fold_places places;
	bool has_quotes;      /* texts in double quotes are kept in one line if that can be */
	bool keeps_quotes;    /* they are not parted, even where nothing else helps */
	bool is_fixed;        /* blanks that are there can't be used, either: they are signed */
	bool is_value_base64; /* after ";": a long value of base64 may be parted anywhere */
	bool has_urls;        /* blanks in angle brackets mean nothing, RFC 2369 section 2 */
};

/*
 * Appends the unfolded body of a field, folded so that lines are short. `column` is where it
 * begins. Uses blanks first, puts in others where these are not enough, and parts quoted texts,
 * then URLs, last. Returns whether no line is over 998 octets, the field's name included.
 */
bool fold_body(struct str *out, const char *text, size_t column, struct fold how) MUST_USE;
