/* addresslist.c - reading address lists, RFC 5322 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/i18n.h"
#include "mail/address.h"
#include "mail/atom.h"

#include <string.h>

/* How much of a broken text an error shows. */
#define EXCERPT_MAX 60

/* What the parser looks at; any other special character stands for itself. */
enum token {
	TOKEN_END = 0,
	TOKEN_ATOM = 'a',
	TOKEN_QUOTED = '"',
	TOKEN_LITERAL = '[',
};

struct parser {
	const char *text;
	size_t len;
	size_t item;      /* where the element begins that an error shows */
	size_t start;     /* where the token begins */
	size_t at;        /* behind the token */
	size_t last;      /* behind the token before it */
	char token;       /* enum token, or a special character */
	bool after_blank; /* blanks or comments stand before the token */
	struct str value; /* the atom, the literal, or what the quotes hold */
	bool is_in_group;
	size_t group_first; /* the list's length when the group began */
	struct address_list *list;
	struct err *err;
};

/* Words and dots, which become a display name or a local part by what follows them. */
struct words {
	struct str phrase;
	struct str local;
	bool has_word;
	bool is_after_word;
	size_t gap; /* where a word follows a word without a dot, as in no local part; 0: none */
};

#define WORDS_INIT                                                                                 \
	{                                                                                          \
		.phrase = STR_INIT, .local = STR_INIT                                              \
	}

static void words_done(struct words *words)
{
	str_done(&words->phrase);
	str_done(&words->local);
}

static void parser_done(struct parser *p)
{
	str_done(&p->value);
}

/* Length of a blank: a space, a tab, or a line end that folds (or that is the last of the text). */
static size_t blank_len(const struct parser *p, size_t at)
{
	char c = p->text[at];
	size_t end = at;

	if (c == ' ' || c == '\t')
		return 1;
	if (c == '\r')
		end++;
	if (end == p->len || p->text[end] != '\n')
		return 0;
	end++;
	bool is_fold = end == p->len || p->text[end] == ' ' || p->text[end] == '\t';
	return is_fold ? end - at : 0;
}

/* Appends text[from..to), unfolded, printable, and not too much of it. */
static void add_excerpt(struct str *out, const struct parser *p, size_t from, size_t to)
{
	CLEANUP(str_done) struct str part = STR_INIT;

	for (size_t i = from; i < to && part.len < EXCERPT_MAX; i++) {
		bool is_line_end = p->text[i] == '\r' || p->text[i] == '\n';
		bool is_leading = part.len == 0 && p->text[i] == ' ';
		if (is_line_end && blank_len(p, i))
			i += blank_len(p, i) - 1;
		else if (!is_leading)
			str_add_char(&part, p->text[i]);
	}
	bool is_cut = part.len == EXCERPT_MAX;
	for (int i = 0; is_cut && i < 3 && !str_is_utf8(part.bytes, part.len); i++)
		str_cut(&part, part.len - 1);
	while (part.len && part.bytes[part.len - 1] == ' ')
		str_cut(&part, part.len - 1);
	str_add_printable(out, part.bytes, part.len);
	if (is_cut)
		str_add(out, "...");
}

/* Says where the text stops being an address list and what it should have had there. */
static bool expected(struct parser *p, size_t at, const char *what)
{
	CLEANUP(str_done) struct str item = STR_INIT;
	CLEANUP(str_done) struct str rest = STR_INIT;
	const char *comma = at < p->len ? memchr(p->text + at + 1, ',', p->len - at - 1) : NULL;
	size_t end = comma ? (size_t)(comma - p->text) : p->len;

	add_excerpt(&item, p, p->item, end);
	add_excerpt(&rest, p, at, end);
	if (!rest.len)
		return err_set(p->err, ERR_INPUT, _("'%s': at the end: %s"), item.bytes, what);
	if (at == p->item)
		return err_set(p->err, ERR_INPUT, "'%s': %s", item.bytes, what);
	return err_set(p->err, ERR_INPUT, _("'%s': at '%s': %s"), item.bytes, rest.bytes, what);
}

static bool found_control(struct parser *p, size_t at)
{
	return expected(p, at, _("expected no control character"));
}

/* Length of a quoted pair, a blank or a byte in a comment or between quotes; 0: it is none. */
static size_t inner_len(const struct parser *p)
{
	size_t left = p->len - p->at;

	if (p->text[p->at] == '\\')
		return left > 1 && !atom_is_control(p->text[p->at + 1]) ? 2 : 0;
	size_t blank = blank_len(p, p->at);
	if (blank)
		return blank;
	return atom_is_control(p->text[p->at]) ? 0 : 1;
}

/* A counter instead of recursion: comments nest as deep as the sender likes. */
static bool skip_comment(struct parser *p)
{
	size_t depth = 0;

	while (p->at < p->len) {
		size_t step = inner_len(p);
		if (!step)
			return found_control(p, p->at);
		char c = p->text[p->at];
		p->at += step;
		if (c == '(')
			depth++;
		if (c == ')' && --depth == 0)
			return true;
	}
	return expected(p, p->at, _("expected ')'"));
}

static bool skip_blanks_and_comments(struct parser *p)
{
	size_t begin = p->at;

	while (p->at < p->len) {
		size_t blank = blank_len(p, p->at);
		p->at += blank;
		if (blank)
			continue;
		if (p->text[p->at] != '(')
			break;
		if (!skip_comment(p))
			return false;
	}
	p->after_blank = p->at > begin;
	return true;
}

static bool read_quoted(struct parser *p)
{
	p->token = TOKEN_QUOTED;
	for (p->at++; p->at < p->len;) {
		size_t step = inner_len(p);
		if (!step)
			return found_control(p, p->at);
		const char *inner = p->text + p->at;
		p->at += step;
		if (*inner == '"')
			return true;
		if (*inner == '\\')
			str_add_char(&p->value, inner[1]);
		else if (!atom_is_control(*inner) || *inner == '\t')
			str_add_char(&p->value, *inner);
	}
	return expected(p, p->at, _("expected '\"'"));
}

static bool read_literal(struct parser *p)
{
	p->token = TOKEN_LITERAL;
	for (p->at++; p->at < p->len; p->at++) {
		char c = p->text[p->at];
		if (c == ' ' || c == '[' || c == '\\' || atom_is_control(c))
			break;
		if (c != ']')
			continue;
		p->at++;
		str_add_n(&p->value, p->text + p->start, p->at - p->start);
		return true;
	}
	return expected(p, p->at, _("expected ']'"));
}

static void read_atom(struct parser *p)
{
	p->token = TOKEN_ATOM;
	while (p->at < p->len && atom_is_char(p->text[p->at]))
		p->at++;
	str_add_n(&p->value, p->text + p->start, p->at - p->start);
}

static bool next_token(struct parser *p)
{
	p->last = p->at;
	str_clear(&p->value);
	if (!skip_blanks_and_comments(p))
		return false;
	p->start = p->at;
	p->token = TOKEN_END;
	if (p->at == p->len)
		return true;
	char c = p->text[p->at];
	if (c == '"')
		return read_quoted(p);
	if (c == '[')
		return read_literal(p);
	if (atom_is_control(c))
		return found_control(p, p->at);
	if (atom_is_char(c)) {
		read_atom(p);
		return true;
	}
	p->token = c;
	p->at++;
	return true;
}

static void add_word(struct words *words, const struct parser *p)
{
	bool is_word = p->token != '.';

	if (words->phrase.len && (p->after_blank || (is_word && words->is_after_word)))
		str_add_char(&words->phrase, ' ');
	if (is_word && words->is_after_word && !words->gap)
		words->gap = p->start;
	if (!is_word) {
		str_add_char(&words->phrase, '.');
		str_add_char(&words->local, '.');
	}
	str_add_n(&words->phrase, p->value.bytes, p->value.len);
	str_add_n(&words->local, p->value.bytes, p->value.len);
	words->has_word |= is_word;
	words->is_after_word = is_word;
}

static bool read_words(struct parser *p, struct words *words)
{
	while (p->token == TOKEN_ATOM || p->token == TOKEN_QUOTED || p->token == '.') {
		add_word(words, p);
		if (!next_token(p))
			return false;
	}
	return true;
}

/* Reads the domain behind an '@'. */
static bool read_domain(struct parser *p, struct str *domain)
{
	bool is_literal = p->token == TOKEN_LITERAL;

	for (;;) {
		if (p->token != TOKEN_ATOM && !is_literal)
			return expected(p, p->start, _("expected a domain"));
		str_add_n(domain, p->value.bytes, p->value.len);
		if (!next_token(p))
			return false;
		if (p->token != '.' || is_literal)
			return true;
		str_add_char(domain, '.');
		if (!next_token(p))
			return false;
	}
}

/* The words must be a local part here. */
static bool judge_local(struct parser *p, const struct words *words)
{
	/* Half of a broken display name is no name of a mailbox. */
	bool is_encoded = p->token != '@' && strncmp(words->local.bytes, "=?", 2) == 0;

	if (words->gap)
		return expected(p, words->gap, _("expected '<' or a comma"));
	if (!words->has_word || is_encoded)
		return expected(p, is_encoded ? p->item : p->start, _("expected an address"));
	return true;
}

static void append(struct parser *p, struct address *address)
{
	mem_grow(p->list->items, p->list->count);
	p->list->items[p->list->count++] = *address;
	*address = (struct address){ 0 };
}

/*
 * Reads on behind the words of a local part, which begin at `from`, and appends the address.
 * `phrase` may be NULL.
 */
static bool read_address(struct parser *p, size_t from, const struct words *words,
			 const struct str *phrase)
{
	CLEANUP(address_done) struct address address = { 0 };
	CLEANUP(str_done) struct str local = STR_INIT;
	CLEANUP(str_done) struct str domain = STR_INIT;

	if (!judge_local(p, words))
		return false;
	if (atom_is_dotted(words->local.bytes))
		str_add(&local, words->local.bytes);
	else
		atom_add_quoted(&local, words->local.bytes);
	address.local = str_take(&local);
	if (phrase && phrase->len)
		address.display = mem_copy(phrase->bytes);
	if (p->token == '@') {
		if (!next_token(p) || !read_domain(p, &domain))
			return false;
		address.domain = str_take(&domain);
	}
	CLEANUP(mem_free_at) char *path = address_path(&address);
	if (!address_check(path, p->err))
		return false;
	address.path = (struct address_place){ from, p->last };
	address.whole = address.path;
	append(p, &address);
	return true;
}

/* Passes over "@a,@b:" of the obsolete form "<@a,@b:c@d>": the relay finds its own way. */
static bool skip_route(struct parser *p)
{
	CLEANUP(str_done) struct str ignored = STR_INIT;

	if (p->token != '@' && p->token != ',')
		return true;
	while (p->token == '@' || p->token == ',') {
		bool is_domain = p->token == '@';
		if (!next_token(p))
			return false;
		if (is_domain && !read_domain(p, &ignored))
			return false;
	}
	if (p->token != ':')
		return expected(p, p->start, _("expected ':'"));
	return next_token(p);
}

static bool read_angle(struct parser *p, const struct str *phrase)
{
	CLEANUP(words_done) struct words words = WORDS_INIT;

	if (!next_token(p) || !skip_route(p))
		return false;
	size_t from = p->start;
	if (!read_words(p, &words) || !read_address(p, from, &words, phrase))
		return false;
	if (p->token != '>')
		return expected(p, p->start, _("expected '>'"));
	p->list->items[p->list->count - 1].whole = (struct address_place){ p->item, p->at };
	return next_token(p);
}

static bool expect_separator(struct parser *p)
{
	if (p->token == ',' || p->token == TOKEN_END || (p->token == ';' && p->is_in_group))
		return true;
	return expected(p, p->start, _("expected a comma"));
}

static bool begin_group(struct parser *p)
{
	p->is_in_group = true;
	p->group_first = p->list->count;
	return next_token(p);
}

static bool end_group(struct parser *p)
{
	p->is_in_group = false;
	return next_token(p) && expect_separator(p);
}

/* One step through the list: a separator, the name or the end of a group, or a mailbox. */
static bool read_element(struct parser *p)
{
	CLEANUP(words_done) struct words words = WORDS_INIT;

	p->item = p->token == ',' ? p->at : p->start;
	if (p->token == ',')
		return next_token(p);
	if (p->token == ';' && p->is_in_group)
		return end_group(p);
	if (!read_words(p, &words))
		return false;
	if (p->token == ':' && words.has_word && !p->is_in_group)
		return begin_group(p);
	if (p->token == '<')
		return read_angle(p, &words.phrase) && expect_separator(p);
	return read_address(p, p->item, &words, NULL) && expect_separator(p);
}

static bool read_list(struct parser *p)
{
	if (!next_token(p))
		return false;
	while (p->token != TOKEN_END)
		if (!read_element(p))
			return false;
	/* "undisclosed-recipients:" is often left open, which can't hide anything. */
	if (p->is_in_group && p->list->count > p->group_first)
		return expected(p, p->start, _("expected ';'"));
	return true;
}

bool address_parse_list(const char *text, size_t len, struct address_list *list, struct err *err)
{
	CLEANUP(parser_done)
	struct parser p = { .text = text, .len = len, .value = STR_INIT, .list = list, .err = err };
	size_t before = list->count;

	if (read_list(&p))
		return true;
	address_list_cut(list, before);
	return false;
}

static bool read_path(struct parser *p)
{
	CLEANUP(words_done) struct words words = WORDS_INIT;

	if (!next_token(p))
		return false;
	if (p->token == '<') {
		if (!read_angle(p, NULL))
			return false;
	} else if (!read_words(p, &words) || !read_address(p, p->item, &words, NULL)) {
		return false;
	}
	if (p->token != TOKEN_END)
		return expected(p, p->start, _("expected nothing after the address"));
	return true;
}

bool address_parse_path(const char *text, struct address *address, struct err *err)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(parser_done)
	struct parser p = {
		.text = text, .len = strlen(text), .value = STR_INIT, .list = &list, .err = err
	};

	/* Folding belongs to header fields; in an argument it is an attempt at something else. */
	for (size_t i = 0; i < p.len; i++)
		if (atom_is_control(text[i]))
			return found_control(&p, i);
	if (!read_path(&p))
		return false;
	*address = list.items[0];
	list.count = 0;
	return true;
}
