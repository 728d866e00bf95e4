/* phrase.c - finding phrases in a text for people; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/phrase.h"

#include "base/ascii.h"

#include <string.h>

/* Words in addresses and links are not the server's statement. */
static bool is_name(const char *text, size_t len)
{
	return memchr(text, '@', len) || memmem(text, len, "://", 3);
}

/* "authentication is now required" says no more than "authentication required". */
static bool is_filler(const char *word, size_t len)
{
	static const char *const fillers[] = { "a",  "an",  "the",  "is",   "are",
					       "be", "was", "were", "been", "now" };

	for (size_t i = 0; i < LENGTH(fillers); i++)
		if (strlen(fillers[i]) == len && memcmp(fillers[i], word, len) == 0)
			return true;
	return false;
}

static void add_clean_word(struct str *out, const char *word, size_t len)
{
	size_t begin = out->len;

	for (size_t i = 0; i < len; i++)
		str_add_char(out, ascii_lower(word[i]));
	if (is_filler(out->bytes + begin, len))
		str_cut(out, begin);
	else
		str_add_char(out, ' ');
}

static void add_clean_words(struct str *out, const char *text, size_t len)
{
	size_t end;

	for (size_t i = 0; i < len; i = end + 1) {
		for (end = i; end < len && ascii_is_alphanumeric(text[end]);)
			end++;
		if (end > i)
			add_clean_word(out, text + i, end - i);
	}
}

void phrase_add_words(struct str *out, const char *text, size_t len)
{
	str_add_char(out, ' ');
	while (len > 0) {
		size_t run = 0;
		while (run < len && !ascii_is_space(text[run]))
			run++;
		if (!is_name(text, run))
			add_clean_words(out, text, run);
		run += run < len;
		text += run;
		len -= run;
	}
}

static size_t phrase_word_len(const char *text, const char *end)
{
	size_t len = 0;

	while (text + len < end && text[len] != ' ')
		len++;
	return len;
}

/* Whether the text, which begins with a word, begins with the phrase. */
static bool begins_with(const char *text, const char *phrase, const char *end)
{
	if (phrase == end)
		return true;
	size_t len = phrase_word_len(phrase, end);
	const char *rest = phrase + len + (phrase + len < end);
	if (is_filler(phrase, len))
		return begins_with(text, rest, end);
	for (int skipped = 0; *phrase == '*' && skipped <= 3; skipped++) {
		if (begins_with(text, rest, end))
			return true;
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	return *phrase != '*' && strncmp(text, phrase, len) == 0 && text[len] == ' ' &&
	       begins_with(text + len + 1, rest, end);
}

static bool has_phrase(const char *words, const char *phrase, const char *end)
{
	for (const char *blank = words; *blank && blank[1]; blank = strchr(blank + 1, ' '))
		if (begins_with(blank + 1, phrase, end))
			return true;
	return false;
}

bool phrase_is_in(const char *words, const char *phrases)
{
	while (*phrases) {
		const char *end = phrases + strcspn(phrases, "|");
		if (has_phrase(words, phrases, end))
			return true;
		phrases = end + (*end == '|');
	}
	return false;
}
