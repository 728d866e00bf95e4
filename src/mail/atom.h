/* atom.h - the words of structured header fields: atoms and quoted strings */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* C0 and DEL. */
bool atom_is_control(char c);
/* The atext of RFC 5322 section 3.2.3 with the UTF-8 of RFC 6532. */
bool atom_is_char(char c);
/* Whether a text is a dot-atom: atoms with single dots between them. */
bool atom_is_dotted(const char *text);
/* Appends a quoted string; the text has no control characters. RFC 5322 section 3.2.4. */
void atom_add_quoted(struct str *out, const char *text);
