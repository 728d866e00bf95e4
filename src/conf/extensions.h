/* extensions.h - a list of EHLO keywords, the value of `ignore_extensions`; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Finds the next keyword and moves *text after it; blanks or commas separate keywords. False at the
 * end.
 */
bool extensions_next(const char **text, const char **keyword, size_t *len);

/*
 * True if a list has a keyword; case is ignored. A NULL list has no keywords. A keyword of length 0
 * is in no list.
 */
bool extensions_has(const char *list, const char *keyword, size_t len);

/*
 * True if a text consists of one or more keywords that a relay may offer: registered for SMTP, or
 * private (beginning with X). A misspelt keyword would have no effect.
 */
bool extensions_are_known(const char *text);
