/* phrase.h - finding phrases in a text for people; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

/*
 * Appends the words of a text in lower case, with one blank before and after each. Leaves out
 * punctuation, articles, "now", forms of "be", and anything with "@" or "://" in it: the words of
 * an address or a link are no statement.
 */
void phrase_add_words(struct str *out, const char *text, size_t len);

/*
 * Whether the words contain one of the phrases, which are separated by "|". A phrase is whole words
 * in lower case; "*" stands for up to three words. Words that phrase_add_words leaves out do not
 * count in a phrase.
 */
bool phrase_is_in(const char *words, const char *phrases);
