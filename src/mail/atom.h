/* atom.h - the words of structured header fields: atoms and quoted strings */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/* Whether it is a control character: C0 or DEL. */
bool atom_is_control(char c);
/* Whether it is atext of RFC 5322 section 3.2.3, or UTF-8 of RFC 6532. */
bool atom_is_char(char c);
/* Whether a text is a dot-atom: atoms with single dots between them. */
bool atom_is_dotted(const char *text);
/*
 * Length of the quoted string or the comment (with the comments in it) that the text begins with;
 * 0: it has no end. RFC 5322 sections 3.2.2 and 3.2.4.
 */
size_t atom_enclosed_len(const char *text, size_t len);
/* Appends the content of a quoted string or a comment, without backslashes and line ends. */
void atom_add_content(struct str *out, const char *text, size_t len);
/* Length of the blanks and comments that the text begins with. A comment without an end is none. */
size_t atom_blank_len(const char *text, size_t len);
/* Appends a quoted string; the text has no control characters. RFC 5322 section 3.2.4. */
void atom_add_quoted(struct str *out, const char *text);
