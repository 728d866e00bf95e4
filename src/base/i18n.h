/* i18n.h - marking the texts that are translated */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#ifdef ENABLE_NLS
#include <libintl.h>
#define _(text)          gettext(text)
#define P_(one, many, n) ngettext(one, many, n)
#else
#define _(text)          (text)
#define P_(one, many, n) ((n) == 1 ? (one) : (many))
#endif

/* Marks a text in a table for translation; the code that prints it calls _(). */
#define N_(text) text
