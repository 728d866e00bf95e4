/* extensions.h - a list of EHLO keywords, as `ignore_extensions` has it; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Takes the next keyword off the text; blanks or commas stand between them. False at the end. */
bool extensions_next(const char **text, const char **keyword, size_t *len);

/*
 * Whether a list names an extension; case does not matter. A list that is NULL names none, and so
 * does a keyword of length 0.
 */
bool extensions_has(const char *list, const char *keyword, size_t len);

/*
 * Whether a text consists of keywords that a relay may offer, of one at least: those registered for
 * SMTP, and private ones, which begin with X. A misspelt one would be without effect.
 */
bool extensions_are_known(const char *text);
