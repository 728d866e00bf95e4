/* words.c - words in a line, and the type of setting that is a program with its arguments */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/words.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

const char *words_skip_blanks(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

bool words_next(const char **at, const char *end, struct str *word, bool *is_whole)
{
	const char *c = words_skip_blanks(*at, end);
	char quote = '\0';
	bool is_found = c < end;
	for (; c < end && (quote || !is_blank(*c)); c++) {
		if (quote ? *c == quote : is_quote(*c))
			quote = quote ? '\0' : *c;
		else
			str_add_char(word, *c);
	}
	*at = c;
	*is_whole = !quote;
	return is_found;
}

void words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

static void append(char ***words, size_t *count, char *word)
{
	mem_grow(*words, *count);
	(*words)[(*count)++] = word;
}

char **words_split(const char *text)
{
	const char *end = text + strlen(text);
	CLEANUP(str_done) struct str word = STR_INIT;
	char **words = NULL;
	size_t count = 0;
	bool is_whole = true;

	while (is_whole && words_next(&text, end, &word, &is_whole)) {
		append(&words, &count, mem_copy(word.bytes));
		str_clear(&word);
	}
	append(&words, &count, NULL);
	if (is_whole && count > 1)
		return words;
	words_free(words);
	return NULL;
}

static bool needs_quotes(const char *word)
{
	for (const char *c = word; *c; c++)
		if (is_blank(*c) || is_quote(*c))
			return true;
	return !*word;
}

/* Prints a word in pieces; each piece is in the kind of quotes that it does not contain. */
static void print_quoted(const char *word, struct str *out)
{
	do {
		char quote = *word == '"' ? '\'' : '"';
		const char *end = strchr(word, quote);
		size_t len = end ? (size_t)(end - word) : strlen(word);
		str_add_char(out, quote);
		str_add_n(out, word, len);
		str_add_char(out, quote);
		word += len;
	} while (*word);
}

void words_print(char *const *words, struct str *out)
{
	for (size_t i = 0; words && words[i]; i++) {
		if (i > 0)
			str_add_char(out, ' ');
		if (needs_quotes(words[i]))
			print_quoted(words[i], out);
		else
			str_add(out, words[i]);
	}
}

/* The type; its field is a vector, NULL where it is unset. */

static bool parse_words(const char *choices, void *field, const char *text)
{
	char ***old = field;
	char **words = words_split(text);

	(void)choices;
	if (!words)
		return false;
	words_free(*old);
	*old = words;
	return true;
}

static void print_field(const char *choices, const void *field, struct str *out)
{
	(void)choices;
	words_print(*(char **const *)field, out);
}

static bool has_words(const void *field)
{
	return *(char **const *)field != NULL;
}

static void copy_words(void *to, const void *from)
{
	char **words = *(char **const *)from;
	char **copy = NULL;
	size_t count = 0;

	for (; words && words[count]; count++)
		;
	if (words)
		copy = mem_zeroed(count + 1, sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = mem_copy(words[i]);
	*(char ***)to = copy;
}

static void release_words(void *field)
{
	char ***words = field;

	words_free(*words);
	*words = NULL;
}

const struct option_type option_type_WORDS = {
	.expected = N_("a program and its arguments, with every quote closed"),
	.parse = parse_words,
	.print = print_field,
	.has_value = has_words,
	.copy = copy_words,
	.release = release_words,
};
