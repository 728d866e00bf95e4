/* address_scanner.c - the tokens of address fields, as people and programs write these */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address_scanner.h"

#include "base/ascii.h"
#include "mail/atom.h"

#include <string.h>

/* RFC 2047 section 2 limits encoded-words to 75 characters; some programs write longer ones. */
enum { ENCODED_WORD_MAX = 1000 };

/* Results of a search for a closing character. A failed search is not repeated. */
enum found { FOUND_END, FOUND_NONE, FOUND_CONTROL };

void address_scanner_init(struct address_scanner *s, const char *text, size_t len)
{
	*s = (struct address_scanner){ .text = text, .len = len, .value = STR_INIT };
}

void address_scanner_done(struct address_scanner *s)
{
	str_done(&s->value);
}

size_t address_scanner_blank(const struct address_scanner *s, size_t at)
{
	char c = s->text[at];
	size_t end = at;

	if (c == ' ' || c == '\t')
		return 1;
	if (c == '\r')
		end++;
	if (end == s->len || s->text[end] != '\n')
		return 0;
	end++;
	bool is_fold = end == s->len || s->text[end] == ' ' || s->text[end] == '\t';
	return is_fold ? end - at : 0;
}

size_t address_scanner_odd_blank(const char *text, size_t len)
{
	static const char *const blanks[] = { "\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF" };

	for (size_t i = 0; i < LENGTH(blanks); i++) {
		size_t blank = strlen(blanks[i]);
		if (len >= blank && memcmp(text, blanks[i], blank) == 0)
			return blank;
	}
	return 0;
}

static size_t odd_blank_len(const struct address_scanner *s, size_t at)
{
	return address_scanner_odd_blank(s->text + at, s->len - at);
}

/*
 * Length of a quoted pair, a blank or a byte in a comment or between quotes; 0: a control
 * character.
 */
static size_t inner_len(const struct address_scanner *s, size_t at)
{
	if (s->text[at] == '\\' && at + 1 < s->len)
		return atom_is_control(s->text[at + 1]) ? 0 : 2;
	size_t blank = address_scanner_blank(s, at);
	if (blank)
		return blank;
	return atom_is_control(s->text[at]) ? 0 : 1;
}

/* A counter instead of recursion, as a sender may nest comments without limit. */
static enum found find_comment_end(const struct address_scanner *s, size_t *at)
{
	size_t depth = 0;

	while (*at < s->len) {
		size_t step = inner_len(s, *at);
		if (!step)
			return FOUND_CONTROL;
		char c = s->text[*at];
		*at += step;
		if (c == '(')
			depth++;
		if (c == ')' && --depth == 0)
			return FOUND_END;
	}
	return FOUND_NONE;
}

static bool is_open_comment(const struct address_scanner *s, size_t at)
{
	for (size_t i = 0; i < s->open_count; i++)
		if (s->open_comments[i] == at)
			return true;
	return s->open_count == OPEN_COMMENTS_MAX && at > s->open_comments[s->open_count - 1];
}

static void take_single(struct address_scanner *s, char token)
{
	s->token = token;
	s->at = s->start + 1;
}

static void take_control(struct address_scanner *s, size_t at)
{
	s->token = TOKEN_CONTROL;
	s->start = at;
	s->at = at + 1;
}

/* Skips a comment; returns false if it becomes a token instead. */
static bool skip_comment(struct address_scanner *s)
{
	size_t end = s->at;

	s->start = s->at;
	enum found found = is_open_comment(s, s->at) ? FOUND_NONE : find_comment_end(s, &end);
	if (found == FOUND_CONTROL)
		take_control(s, end);
	if (found == FOUND_NONE) {
		if (!is_open_comment(s, s->start))
			s->open_comments[s->open_count++] = s->start;
		take_single(s, TOKEN_OPEN_COMMENT);
	}
	if (found == FOUND_END)
		s->at = end;
	return found == FOUND_END;
}

/* Skips blanks and comments; returns false if that produced a token. */
static bool skip_token_blanks(struct address_scanner *s)
{
	size_t begin = s->at;

	s->after_blank = false;
	while (s->at < s->len) {
		size_t odd = odd_blank_len(s, s->at);
		size_t blank = odd ? odd : address_scanner_blank(s, s->at);
		s->is_odd |= odd > 0;
		s->at += blank;
		s->after_blank = s->at > begin;
		if (blank)
			continue;
		if (s->text[s->at] != '(')
			return true;
		if (!skip_comment(s))
			return false;
	}
	s->after_blank = s->at > begin;
	return true;
}

static enum found find_quote_end(const struct address_scanner *s, size_t *at)
{
	while (*at < s->len) {
		size_t step = inner_len(s, *at);
		if (!step)
			return FOUND_CONTROL;
		bool is_end = s->text[*at] == '"';
		*at += step;
		if (is_end)
			return FOUND_END;
	}
	return FOUND_NONE;
}

static void add_unquoted(struct address_scanner *s, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		char c = s->text[i];
		if (c == '\\')
			c = s->text[++i];
		if (!atom_is_control(c) || c == '\t')
			str_add_char(&s->value, c);
	}
}

static void read_quoted(struct address_scanner *s)
{
	size_t end = s->start + 1;
	bool is_open = s->open_quote && s->start >= s->open_quote - 1;
	enum found found = is_open ? FOUND_NONE : find_quote_end(s, &end);

	switch (found) {
	case FOUND_CONTROL:
		take_control(s, end);
		break;
	case FOUND_NONE:
		if (!s->open_quote)
			s->open_quote = s->start + 1;
		take_single(s, TOKEN_OPEN_QUOTE);
		break;
	case FOUND_END:
		s->token = TOKEN_QUOTED;
		s->at = end;
		add_unquoted(s, s->start + 1, end - 1);
		break;
	}
}

/* A bracket that begins no literal is a token of its own. */
static void read_literal(struct address_scanner *s)
{
	size_t end = s->start + 1;

	while (end < s->len && !strchr(" []\\", s->text[end]) && !atom_is_control(s->text[end]))
		end++;
	if (end == s->len || s->text[end] != ']') {
		take_single(s, '[');
		return;
	}
	s->token = TOKEN_LITERAL;
	s->at = end + 1;
	str_add_n(&s->value, s->text + s->start, s->at - s->start);
}

static size_t token_len(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && (ascii_is_alphanumeric(text[i]) || text[i] == '-' || text[i] == '_' ||
			   text[i] == '*' || text[i] == '.'))
		i++;
	return i;
}

/*
 * Length of the encoded-word "=?charset?Q?text?=" at the start; 0: none. Its text may have
 * characters that RFC 2047 section 5 forbids in a phrase, such as a comma.
 */
static size_t encoded_word_len(const struct address_scanner *s)
{
	const char *word = s->text + s->start;
	size_t left = s->len - s->start < ENCODED_WORD_MAX ? s->len - s->start : ENCODED_WORD_MAX;
	size_t at = 2;

	if (left < 2 || memcmp(word, "=?", 2) != 0)
		return 0;
	at += token_len(word + at, left - at);
	if (left - at < 5 || word[at] != '?' || !strchr("bBqQ", word[at + 1]) ||
	    word[at + 2] != '?')
		return 0;
	for (at += 3; at + 1 < left && word[at] > ' ' && word[at] < 0x7F; at++)
		if (word[at] == '?')
			return word[at + 1] == '=' ? at + 2 : 0;
	return 0;
}

/* Appends an encoded-word. In Q, characters that are not allowed in a phrase are encoded. */
static void add_encoded_word(struct address_scanner *s, size_t len)
{
	const char *word = s->text + s->start;
	size_t charset = 2 + token_len(word + 2, len - 2);
	bool is_q = ascii_lower(word[charset + 1]) == 'q';

	for (size_t i = 0; i < len; i++) {
		bool is_text = i > charset + 2 && i + 2 < len;
		bool is_unfit = is_text && is_q && !atom_is_char(word[i]);
		s->is_odd |= is_unfit;
		if (is_unfit)
			str_addf(&s->value, "=%02X", (unsigned char)word[i]);
		else
			str_add_char(&s->value, word[i]);
	}
}

static void read_atom(struct address_scanner *s)
{
	size_t encoded = encoded_word_len(s);

	s->token = TOKEN_ATOM;
	if (encoded) {
		s->at = s->start + encoded;
		add_encoded_word(s, encoded);
		return;
	}
	while (s->at < s->len && atom_is_char(s->text[s->at]) && !odd_blank_len(s, s->at))
		s->at++;
	str_add_n(&s->value, s->text + s->start, s->at - s->start);
}

static void read_token(struct address_scanner *s)
{
	char c = s->text[s->at];

	if (c == '"')
		read_quoted(s);
	else if (c == '[')
		read_literal(s);
	else if (atom_is_control(c))
		take_control(s, s->at);
	else if (atom_is_char(c))
		read_atom(s);
	else
		take_single(s, c);
}

void address_scanner_next(struct address_scanner *s)
{
	s->last = s->at;
	str_clear(&s->value);
	if (!skip_token_blanks(s))
		return;
	s->start = s->at;
	s->token = TOKEN_END;
	if (s->at < s->len)
		read_token(s);
}

void address_scanner_go(struct address_scanner *s, size_t at)
{
	s->at = at;
	address_scanner_next(s);
}

bool address_scanner_is(const struct address_scanner *s, const char *word)
{
	return s->token == TOKEN_ATOM && ascii_compare(s->value.bytes, word) == 0;
}
