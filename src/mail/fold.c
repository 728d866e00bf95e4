/* fold.c - where a long header field can be folded; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/fold.h"

#include "base/ascii.h"
#include "mail/content_facts.h"

#include <string.h>

enum {
	LINE_LEN = 76,
	LONG_LINE_LEN = 900,
	PIECE_LEN = 64,   /* of base64 */
	BLANKS_MAX = 500, /* a longer prefix tells no more */
};

/* A body that is being split into pieces. */
struct cutter {
	struct fold how;
	bool parts_quotes;
	const char *at;
	const char *tag; /* the name before the next equals sign */
	size_t comments;
	bool is_in_quotes;
	bool is_in_brackets;
	bool is_in_base64;
	bool may_break; /* the last piece ended where a blank may be inserted */
};

static bool is_break(const struct cutter *c, char last)
{
	if (c->is_in_quotes || c->comments > 0)
		return false;
	switch (c->how.places) {
	case FOLD_BLANKS:
	case FOLD_SIGNATURE:
	case FOLD_ANYWHERE:
		return false;
	case FOLD_IDS:
		return last == '>';
	case FOLD_SEMICOLONS:
		return last == ';';
	case FOLD_COMMAS:
		return last == ',' && !c->is_in_brackets;
	case FOLD_JSON:
		return last && strchr(",:{[", last);
	case FOLD_LIST:
		return last == ',' || last == ';';
	}
	return false;
}

static const char *skip_fold_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* Whether a base64 value begins at `end`, after an equals sign. */
static bool begins_base64(const struct cutter *c, const char *end)
{
	bool is_signature = c->how.places == FOLD_SIGNATURE;
	const char *tag = c->tag;

	if (!is_signature && (!c->how.is_value_base64 || c->how.places == FOLD_BLANKS))
		return false;
	return ascii_is(tag, (size_t)(end - tag), "b=") ||
	       (!is_signature && ascii_is(tag, (size_t)(end - tag), "keydata="));
}

static bool is_in_word(const struct cutter *c, char ch)
{
	bool is_whole = c->is_in_quotes && !c->parts_quotes;

	return ch && (!ascii_is_blank(ch) || c->how.is_fixed || is_whole);
}

/* In unstructured text only blanks have a meaning, in a comment only parentheses. */
static void note_structure(struct cutter *c, char ch)
{
	if (ch == '"' && c->comments == 0)
		c->is_in_quotes = !c->is_in_quotes;
	else if (c->is_in_quotes || c->how.places == FOLD_JSON)
		return;
	else if (ch == '(')
		c->comments++;
	else if (ch == ')' && c->comments > 0)
		c->comments--;
	else if ((ch == '<' || ch == '>') && c->comments == 0)
		c->is_in_brackets = ch == '<';
}

static void note_place(struct cutter *c, const char *ch)
{
	if (c->how.has_quotes)
		note_structure(c, *ch);
	if (*ch == ';' && !c->is_in_quotes && c->comments == 0) {
		c->is_in_base64 = false;
		c->tag = skip_fold_blanks(ch + 1);
	} else if (*ch == '=' && begins_base64(c, ch + 1)) {
		c->is_in_base64 = c->may_break = true;
	}
}

/* Whether any two characters may be split here: in base64, or in a URL. */
static bool is_anywhere(const struct cutter *c)
{
	bool is_open = c->how.places == FOLD_ANYWHERE;

	return c->is_in_base64 || (is_open && (!c->how.has_urls || c->is_in_brackets));
}

/* Moves to a blank, or past a place where a blank may be inserted. */
static size_t take_piece(struct cutter *c)
{
	const char *begin = c->at;
	bool is_escaped = false;

	c->may_break = false;
	while (is_in_word(c, *c->at) && !c->may_break) {
		const char *ch = c->at++;
		if (!is_escaped)
			note_place(c, ch);
		bool is_inside = c->is_in_quotes || c->comments > 0;
		is_escaped = is_inside && *ch == '\\' && !is_escaped;
		c->may_break |= is_break(c, *ch) || (is_anywhere(c) && c->at - begin >= PIECE_LEN);
	}
	return (size_t)(c->at - begin);
}

/* The state of writing the lines of a body. */
struct liner {
	struct str *out;
	size_t column;
	size_t width;
	bool fits;
};

/* Folds before the blanks, which stay. */
static void add_piece(struct liner *l, const char *blanks, size_t count, const char *piece,
		      size_t len, bool may_break)
{
	if (l->column + count + len > l->width && (count > 0 || may_break)) {
		str_add(l->out, count > 0 ? "\r\n" : "\r\n ");
		l->column = count == 0;
	}
	str_add_n(l->out, blanks, count);
	str_add_n(l->out, piece, len);
	l->column += count + len;
	l->fits &= l->column <= CONTENT_LINE_MAX;
}

/* A fold right after the colon is the last resort, for a first piece that fits no other way. */
static bool may_begin_with_fold(const struct liner *l, struct fold how, size_t len)
{
	return !how.is_fixed && l->column + len > CONTENT_LINE_MAX;
}

static bool fold_once(struct str *out, const char *text, size_t column, struct fold how,
		      bool parts_quotes)
{
	struct cutter c = {
		.how = how, .at = text, .tag = skip_fold_blanks(text), .parts_quotes = parts_quotes
	};
	struct liner l = { .out = out,
			   .column = column,
			   .width = how.places == FOLD_LIST ? LONG_LINE_LEN : LINE_LEN,
			   .fits = column <= CONTENT_LINE_MAX };
	size_t before = out->len;

	while (*c.at) {
		const char *blanks = c.at;
		bool may_break = c.may_break;
		size_t count = how.is_fixed ? 0 : strspn(blanks, " \t");
		c.at += count;
		const char *piece = c.at;
		size_t len = take_piece(&c);
		may_break |= blanks == text && may_begin_with_fold(&l, how, len);
		add_piece(&l, blanks, count > BLANKS_MAX ? 1 : count, piece, len, may_break);
	}
	if (!l.fits)
		str_cut(out, before);
	return l.fits;
}

bool fold_body(struct str *out, const char *text, size_t column, struct fold how)
{
	struct fold by_blanks = how;
	struct fold in_urls = how;

	by_blanks.places = FOLD_BLANKS;
	in_urls.places = FOLD_ANYWHERE;
	return (!how.is_fixed && fold_once(out, text, column, by_blanks, false)) ||
	       fold_once(out, text, column, how, false) ||
	       (!how.keeps_quotes && fold_once(out, text, column, how, true)) ||
	       (how.has_urls && fold_once(out, text, column, in_urls, true));
}
