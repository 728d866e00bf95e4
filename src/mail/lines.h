/* lines.h - line ends, in pieces: LF to CRLF, and back */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* Text that comes in pieces of any length, all of them in the same direction. Begins as zeros. */
struct lines {
	bool is_after_cr;
	size_t crs;
};

/* Appends a piece with LF for each LF and any CRs before it. CRs at its end are held back. */
void lines_add_clean(struct lines *lines, const char *bytes, size_t len, struct str *out);
/* The text ends here: appends the CRs that were held back. */
void lines_end_clean(struct lines *lines, struct str *out);

/* Appends a piece with a CR before each LF that has none. */
void lines_add_crlf(struct lines *lines, const char *bytes, size_t len, struct str *out);

/* Appends a piece with CRLF as LF. A CR at its end is held back until it is clear what follows. */
void lines_add_lf(struct lines *lines, const char *bytes, size_t len, struct str *out);
/* The text ends here: appends what was held back. */
void lines_end_lf(struct lines *lines, struct str *out);
