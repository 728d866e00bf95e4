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
	ENCODING_OTHER, /* a name that we don't know */
};

/*
 * The encoding that a Content-Transfer-Encoding field names, blanks and comments aside. An empty
 * one is passed over by readers, so it stands for the default. Other names for text that is not
 * encoded ("8-bit", "utf-8") are known, too.
 */
enum encoding encoding_find(const char *text, size_t len);
/* As such a field names it; NULL for ENCODING_OTHER. */
const char *encoding_name(enum encoding encoding);
