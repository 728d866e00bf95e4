/* nearest.h - the word that was meant by a mistyped one; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stddef.h>

/*
 * A search among known words. Initialize `text` alone; `word` is then the nearest word that was
 * offered, NULL if none is near enough to be meant. Texts are borrowed.
 *
 * A word is near if few letters are missing, wrong, exchanged or too many: one of five letters, two
 * of nine, three of more (the distance of Damerau and Levenshtein). Case does not count, and `-`
 * is the same as `_`. If there is no such word, one that contains the text, or is contained in it,
 * is taken: `attachment` for `attach`.
 */
struct nearest {
	const char *text;
	const char *word;
	size_t distance;
};

void nearest_offer(struct nearest *nearest, const char *word);
