/* encoding.h - the encoding that a Content-Transfer-Encoding field names */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stddef.h>

/* RFC 2045 section 6. */
enum encoding {
	ENCODING_7BIT,
	ENCODING_8BIT,
	ENCODING_BINARY,
	ENCODING_QUOTED_PRINTABLE,
	ENCODING_BASE64,
	ENCODING_OTHER, /* an unknown name */
};

/*
 * Returns the encoding that a Content-Transfer-Encoding field names; blanks and comments are
 * ignored. Mail readers ignore an empty field, so it means 7bit. Other common names for unencoded
 * text ("8-bit", "utf-8") are known.
 */
enum encoding encoding_find(const char *text, size_t len);
/* Returns the name for such a field; NULL for ENCODING_OTHER. */
const char *encoding_name(enum encoding encoding);
