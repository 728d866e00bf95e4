/* nearest.h - the known word that is nearest to a mistyped word; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stddef.h>

/*
 * A search among known words. Initialize `text` alone; `word` is then the nearest word that was
 * offered, NULL if no word is near enough. Texts are borrowed.
 *
 * A word is near if few letters are missing, wrong, exchanged or too many: one in three to five
 * letters, two in up to nine, three in more (the Damerau-Levenshtein distance). Case is ignored,
 * and `-` equals `_`. If no word is near, a word counts that contains the text or is contained in
 * it: `attachment` for `attach`.
 */
struct nearest {
	const char *text;
	const char *word;
	size_t distance;
};

void nearest_offer(struct nearest *nearest, const char *word);
