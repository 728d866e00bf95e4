/* lines.h - line ends, in pieces: LF to CRLF, and back */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/*
 * The state of converting text that comes in pieces of any length, in one direction. Starts as
 * zeros.
 */
struct lines {
	bool is_after_cr;
	size_t crs;
};

/*
 * Appends a piece; LF with any CRs before it becomes LF. CRs at the end of the piece are held back.
 */
void lines_add_clean(struct lines *lines, const char *bytes, size_t len, struct str *out);
/* Ends the text: appends the CRs held back. */
void lines_end_clean(struct lines *lines, struct str *out);

/* Appends a piece with a CR before each LF that has none. */
void lines_add_crlf(struct lines *lines, const char *bytes, size_t len, struct str *out);

/*
 * Appends a piece with CRLF as LF. A CR at the end of the piece is held back until the next byte.
 */
void lines_add_lf(struct lines *lines, const char *bytes, size_t len, struct str *out);
/* Ends the text: appends the CR held back. */
void lines_end_lf(struct lines *lines, struct str *out);
