/* dsn_text.h - the text of an error, quoted in the lines of a DSN */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

enum { DSN_TEXT_MAX = 2000 }; /* bytes of a server's reply */

/*
 * Appends the text of an error, printable and up to DSN_TEXT_MAX bytes. Line ends within a reply,
 * which the text shows as `\n`, become blanks.
 */
void dsn_text_add_words(struct str *out, const char *text);

/*
 * Appends words in lines that break at blanks and end CRLF. The first line begins at `column`, each
 * other line with `indent`. A word too long for a line is split between two characters.
 */
void dsn_text_add_wrapped(struct str *out, const char *text, size_t column, const char *indent);
