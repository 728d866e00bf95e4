/* words.c - the words of a header field's body, some of which become encoded-words; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/words.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "mail/content_facts.h"

#include <string.h>

#define FOLD "\r\n "

enum {
	LINE_LEN = 76,
	ENCODED_MIN = 27,                  /* an encoded-word of one long character */
	WORD_MAX = CONTENT_LINE_MAX - 100, /* fits into a line after any field's name */
};

/* A body that is being written. */
struct writer {
	struct str *out;
	const struct words_style *style;
	const char *begin; /* of the whole text */
	size_t column;
	size_t kept;           /* the first kept part that ends after the start of the word */
	bool is_after_encoded; /* the last word was, or looks like, an encoded-word */
	bool is_in_brackets;
	bool is_stuck;
	size_t depth; /* nesting of comments */
};

/* Words: texts between blanks, and in structured fields also between specials. */

static bool is_special(const struct writer *w, char c)
{
	return w->style->is_structured && c && strchr(w->depth > 0 ? "()" : "(),<>:;", c);
}

/*
 * Length of a character. In Shift_JIS and similar charsets its second byte may look like a
 * backslash. Bytes that are no character of the charset count one by one.
 */
static size_t step_len(const struct writer *w, const char *text)
{
	size_t step = (unsigned char)*text >= 0x80
			      ? charset_step(w->style->charset, text, strnlen(text, 4))
			      : 1;

	return step ? step : 1;
}

/* Finds the closing quote, by characters or by bytes; 0: none. */
static size_t find_quote(const struct writer *w, const char *text, bool by_characters)
{
	size_t len = 1;

	while (text[len] && text[len] != '"')
		len += text[len] == '\\' && text[len + 1] ? 2
		       : by_characters                    ? step_len(w, text + len)
							  : 1;
	return text[len] ? len + 1 : 0;
}

/*
 * Length of a quoted string with its quotes; 0: none begins, or it has no end. Its writer may have
 * taken the second byte of a character for a backslash, and escaped it.
 */
static size_t quoted_len(const struct writer *w, const char *text)
{
	if (!w->style->is_structured || w->depth > 0 || *text != '"')
		return 0;
	size_t len = find_quote(w, text, true);
	return len ? len : find_quote(w, text, false);
}

/* In a comment a backslash escapes the next character. */
static bool is_escape(const struct writer *w, const char *text)
{
	return w->style->is_structured && w->depth > 0 && text[0] == '\\' && text[1];
}

/* An encoded-word with bytes beyond ASCII in it is a single word, even if it has blanks. */
static size_t raw_word_len(const char *text)
{
	struct mime_word word;

	return mime_find_word(text, &word) && !str_is_ascii(word.text, word.text_len) ? word.len
										      : 0;
}

/* Offset after one step within a word. */
static size_t next_len(const struct writer *w, const char *text)
{
	size_t raw = raw_word_len(text);

	if (raw)
		return raw;
	return is_escape(w, text) ? 2 : step_len(w, text);
}

/* A special is a word of its own. */
static size_t body_word_len(const struct writer *w, const char *text)
{
	size_t len = quoted_len(w, text);

	if (is_special(w, *text))
		return 1;
	while (text[len] && !ascii_is_blank(text[len]) && !is_special(w, text[len]))
		len += next_len(w, text + len);
	return len;
}

static bool is_kept(struct writer *w, const char *word)
{
	const struct words_style *style = w->style;
	size_t at = (size_t)(word - w->begin);

	while (w->kept < style->kept_count && style->kept[w->kept].to <= at)
		w->kept++;
	return w->kept < style->kept_count && style->kept[w->kept].from <= at;
}

/* Whether the word is too long for a line and may be encoded; an encoded address would be lost. */
static bool is_too_long(const struct writer *w, const char *word, size_t len)
{
	size_t quoted = quoted_len(w, word);

	return len > WORD_MAX && !w->is_in_brackets &&
	       !(w->style->is_structured && memchr(word + quoted, '@', len - quoted));
}

static bool needs_encoding(struct writer *w, const char *word, size_t len)
{
	bool is_in_id = w->is_in_brackets && w->style->has_ids;

	if (is_kept(w, word))
		return false;
	if (str_is_ascii(word, len))
		return is_too_long(w, word, len);
	w->is_stuck |= is_in_id;
	return !is_in_id;
}

/* Whether it has the form "=?charset?encoding?text?=", which mail readers decode. */
static bool is_encoded_word(const char *word, size_t len)
{
	size_t marks = 0;

	for (size_t i = 0; i < len; i++)
		marks += word[i] == '?';
	return marks == 4 && len > 6 && memcmp(word, "=?", 2) == 0 &&
	       memcmp(word + len - 2, "?=", 2) == 0;
}

/* Folds before the blanks, which stay. */
static void add_blanks(struct writer *w, const char *blanks, size_t len, size_t next)
{
	if (len > 0 && w->column + len + next > LINE_LEN && w->out->len > 0) {
		str_add(w->out, "\r\n");
		w->column = 0;
	}
	str_add_n(w->out, blanks, len);
	w->column += len;
}

static void note_special(struct writer *w, char c)
{
	if (!w->style->is_structured)
		return;
	if (c == '(')
		w->depth++;
	else if (c == ')' && w->depth > 0)
		w->depth--;
	else if (w->depth == 0 && (c == '<' || c == '>'))
		w->is_in_brackets = c == '<';
}

static void add_plain(struct writer *w, const char *word, size_t len)
{
	str_add_n(w->out, word, len);
	w->column += len;
	w->is_after_encoded = is_encoded_word(word, len);
	note_special(w, *word);
}

/* Appends the text of a word, without quotes and backslashes. */
static void add_said(const struct writer *w, const char *word, size_t len, struct str *said)
{
	bool is_quoted = len > 0 && quoted_len(w, word) == len;
	bool by_characters = !is_quoted || find_quote(w, word, true) == len;
	size_t at = is_quoted;
	size_t end = len - at;

	while (at < end) {
		at += (is_quoted && word[at] == '\\') || is_escape(w, word + at);
		size_t step = by_characters ? step_len(w, word + at) : 1;
		step = step < end - at ? step : end - at;
		str_add_n(said, word + at, step);
		at += step;
	}
}

/* Encoded-words */

static void part_words(struct writer *w)
{
	bool has_room = w->column + 1 + ENCODED_MIN <= LINE_LEN;

	str_add(w->out, has_room ? " " : FOLD);
	w->column = has_room ? w->column + 1 : 1;
}

static void add_bytes(struct writer *w, const char *bytes, size_t len)
{
	w->column = mime_add_encoded_bytes(w->out, bytes, len, w->style->charset, w->column);
}

/* Encodes characters of the word's own charset in it, and the others in the message's charset. */
static void add_mixed(struct writer *w, struct charset charset, const char *bytes, size_t len)
{
	for (size_t at = 0, end, step; at < len; at = end) {
		bool is_own = charset_step(charset, bytes + at, len - at) > 0;
		for (end = at; end < len; end += step) {
			step = charset_step(charset, bytes + end, len - end);
			if ((step > 0) != is_own)
				break;
			step += !is_own;
		}
		if (at > 0)
			part_words(w);
		if (is_own)
			w->column = mime_add_encoded_in(w->out, bytes + at, end - at, charset,
							w->column);
		else
			add_bytes(w, bytes + at, end - at);
	}
}

static void add_plain_text(struct writer *w, const char *text, size_t len)
{
	str_add_n(w->out, text, len);
	w->column += len;
}

/* Unknown charset: only characters that RFC 2047 forbids in the word are encoded. */
static void add_escaped_text(struct writer *w, const struct mime_word *word)
{
	CLEANUP(str_done) struct str fixed = STR_INIT;

	for (size_t i = 0; i < word->text_len; i++)
		if ((unsigned char)word->text[i] >= 0x80)
			str_addf(&fixed, "=%02X", (unsigned char)word->text[i]);
		else
			str_add_char(&fixed, ascii_is_blank(word->text[i]) ? '_' : word->text[i]);
	add_plain_text(w, word->charset - 2, (size_t)(word->text - word->charset) + 2);
	add_plain_text(w, fixed.bytes, fixed.len);
	add_plain_text(w, "?=", 2);
}

/* Drops bytes that are no digit of base64; they have no meaning. */
static void add_digits(struct writer *w, const struct mime_word *word)
{
	add_plain_text(w, word->charset - 2, (size_t)(word->text - word->charset) + 2);
	for (size_t i = 0; i < word->text_len; i++)
		if (base64_digit(word->text[i]) >= 0 || word->text[i] == '=')
			add_plain_text(w, word->text + i, 1);
	add_plain_text(w, "?=", 2);
}

/* Decodes an encoded-word that is too long for a line; returns false if its charset is unknown. */
static bool add_long(const struct mime_word *word, struct charset charset, struct str *said)
{
	if (word->len <= WORD_MAX || !charset.table)
		return false;
	if (!word->is_quoted)
		return base64_read(said, word->text, word->text_len);
	mime_add_unquoted(said, word);
	return true;
}

/* Writes an existing encoded-word in the form of RFC 2047. */
static void add_body_word(struct writer *w, const struct mime_word *word)
{
	CLEANUP(mem_free_at) char *name = mem_copy_n(word->charset, word->charset_len);
	struct charset charset = charset_named(name);
	CLEANUP(str_done) struct str said = STR_INIT;

	if (add_long(word, charset, &said)) {
		add_mixed(w, charset, said.bytes, said.len);
	} else if (str_is_ascii(word->text, word->text_len) &&
		   !memchr(word->text, ' ', word->text_len)) {
		add_plain_text(w, word->charset - 2, word->len);
	} else if (!word->is_quoted) {
		add_digits(w, word);
	} else if (!charset.table) {
		add_escaped_text(w, word);
	} else {
		mime_add_unquoted(&said, word);
		add_mixed(w, charset, said.bytes, said.len);
	}
}

/* Start of the next encoded-word; the end if there is none. */
static size_t find_word(const char *text, size_t at, size_t len, struct mime_word *word)
{
	while (at < len && !(mime_find_word(text + at, word) && word->len <= len - at))
		at++;
	return at;
}

/* Writes all of it as encoded-words. Mail readers drop the blanks between these. */
static void add_encoded_text(struct writer *w, const char *text, size_t len)
{
	struct mime_word word;
	bool is_first = true;

	for (size_t at = 0; at < len;) {
		size_t next = find_word(text, at, len, &word);
		bool says_nothing = at > 0 && next < len && strspn(text + at, " \t") >= next - at;
		if (next > at && !says_nothing) {
			if (!is_first)
				part_words(w);
			add_bytes(w, text + at, next - at);
			is_first = false;
		}
		at = next;
		if (next == len)
			return;
		if (!is_first)
			part_words(w);
		add_body_word(w, &word);
		is_first = false;
		at += word.len;
	}
}

static bool is_same_charset(const struct writer *w, const char *one, size_t one_len,
			    const char *other, size_t other_len)
{
	return charset_of(w->style->charset, one, one_len).table ==
	       charset_of(w->style->charset, other, other_len).table;
}

/*
 * The words from here on that are encoded together. Mail readers drop blanks between encoded-words,
 * so the blanks are encoded, too. `said` is the text of the words.
 */
static size_t take_run(struct writer *w, const char *text, struct str *said)
{
	for (size_t at = 0;;) {
		size_t len = body_word_len(w, text + at);
		const char *word = text + at;
		add_said(w, word, len, said);
		at += len;
		size_t blanks = strspn(text + at, " \t");
		size_t next = body_word_len(w, text + at + blanks);
		bool goes_on = next > 0 && needs_encoding(w, text + at + blanks, next) &&
			       is_same_charset(w, word, len, text + at + blanks, next);
		bool is_shown =
			!is_encoded_word(word, len) && is_encoded_word(text + at + blanks, next);
		if (blanks > 0 && (goes_on || is_shown))
			str_add_n(said, text + at, blanks);
		if (blanks == 0 || !goes_on)
			return at;
		at += blanks;
	}
}

/* An encoded-word must be between blanks, or in parentheses. RFC 2047 section 5. */
static void part_from(struct writer *w, char c)
{
	if (w->style->is_structured && c && !ascii_is_blank(c) && c != '(')
		add_blanks(w, " ", 1, 0);
}

static char last_char(const struct writer *w)
{
	return w->out->len > 0 ? w->out->bytes[w->out->len - 1] : '\0';
}

static size_t add_encoded(struct writer *w, const char *blanks, size_t len)
{
	CLEANUP(str_done) struct str said = STR_INIT;

	if (w->is_after_encoded && !is_encoded_word(blanks + len, body_word_len(w, blanks + len)))
		str_add_n(&said, blanks, len);
	add_blanks(w, blanks, w->is_after_encoded && len > 0 ? 1 : len, ENCODED_MIN);
	part_from(w, last_char(w));
	size_t run = take_run(w, blanks + len, &said);
	add_encoded_text(w, said.bytes, said.len);
	w->is_after_encoded = true;
	if (blanks[len + run] != ')')
		part_from(w, blanks[len + run]);
	return len + run;
}

bool words_add(struct str *out, const char *text, size_t column, const struct words_style *style)
{
	struct writer w = { .out = out, .style = style, .begin = text, .column = column };

	while (*text) {
		size_t blanks = strspn(text, " \t");
		const char *word = text + blanks;
		size_t len = body_word_len(&w, word);
		if (needs_encoding(&w, word, len)) {
			text += add_encoded(&w, text, blanks);
			continue;
		}
		/* A parenthesis stays with the word after it. */
		add_blanks(&w, text, blanks, len > 0 && *word == '(' ? ENCODED_MIN : len);
		if (len > 0)
			add_plain(&w, word, len);
		text = word + len;
	}
	return !w.is_stuck;
}

size_t words_len(const char *text)
{
	static const struct words_style structured = { .is_structured = true };
	const struct writer w = { .style = &structured };

	return body_word_len(&w, text);
}
