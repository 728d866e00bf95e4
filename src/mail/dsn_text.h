/* dsn_text.h - what an error says, quoted in the lines of a notice */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

enum { DSN_TEXT_MAX = 2000 }; /* bytes of what a server said */

/*
 * Appends an error's text, printable and up to DSN_TEXT_MAX bytes. The line ends of a reply, which
 * it holds as `\n`, become blanks.
 */
void dsn_text_add_words(struct str *out, const char *text);

/*
 * Appends words in lines that break at blanks and end CRLF. The first begins at `column`, each of
 * the others with `indent`. A word that no line can hold is parted between two characters.
 */
void dsn_text_add_wrapped(struct str *out, const char *text, size_t column, const char *indent);
