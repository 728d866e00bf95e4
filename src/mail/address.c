/* address.c - addresses: RFC 5322 lists in, RFC 5321 form out */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address.h"

#include "base/i18n.h"
#include "mail/mime.h"

#include <stdlib.h>
#include <string.h>

/* RFC 5321 section 4.5.3.1; a path of 256 octets has two for its angle brackets. */
#define LOCAL_MAX    64
#define DOMAIN_MAX   255
#define PATH_MAX_LEN 254

/* How much of a broken text an error shows. */
#define EXCERPT_MAX 60

/* The longest name of a field that an address is written to, with its colon and blank. */
#define FIELD_NAME_ROOM 14
/* RFC 2047 section 2, for lines with encoded-words; the others may as well be that short. */
#define LINE_LEN 76
/* A longer name becomes encoded-words even in ASCII, because only these can be folded anywhere. */
#define PHRASE_MAX 200

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

#define WORDS_INIT { .phrase = STR_INIT, .local = STR_INIT }

static void words_done(struct words *words)
{
	str_done(&words->phrase);
	str_done(&words->local);
}

static void parser_done(struct parser *p)
{
	str_done(&p->value);
}

void address_done(struct address *address)
{
	if (!address)
		return;
	free(address->display);
	free(address->local);
	free(address->domain);
	*address = (struct address){ 0 };
}

static void cut_list(struct address_list *list, size_t count)
{
	while (list->count > count)
		address_done(&list->items[--list->count]);
}

void address_list_done(struct address_list *list)
{
	if (!list)
		return;
	cut_list(list, 0);
	free(list->items);
	*list = (struct address_list){ 0 };
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7F;
}

static bool is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The atext of RFC 5322 section 3.2.3 with the UTF-8 of RFC 6532. */
static bool is_atom_char(char c)
{
	return is_letter_or_digit(c) || (unsigned char)c >= 0x80 ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool is_dot_atom(const char *text)
{
	bool is_after_dot = true;

	for (; *text; text++) {
		if (*text == '.' ? is_after_dot : !is_atom_char(*text))
			return false;
		is_after_dot = *text == '.';
	}
	return !is_after_dot;
}

static void add_quoted(struct str *out, const char *text)
{
	str_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
	str_add_char(out, '"');
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
		return left > 1 && !is_control(p->text[p->at + 1]) ? 2 : 0;
	size_t blank = blank_len(p, p->at);
	if (blank)
		return blank;
	return is_control(p->text[p->at]) ? 0 : 1;
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
		else if (!is_control(*inner) || *inner == '\t')
			str_add_char(&p->value, *inner);
	}
	return expected(p, p->at, _("expected '\"'"));
}

static bool read_literal(struct parser *p)
{
	p->token = TOKEN_LITERAL;
	for (p->at++; p->at < p->len; p->at++) {
		char c = p->text[p->at];
		if (c == ' ' || c == '[' || c == '\\' || is_control(c))
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
	while (p->at < p->len && is_atom_char(p->text[p->at]))
		p->at++;
	str_add_n(&p->value, p->text + p->start, p->at - p->start);
}

static bool next_token(struct parser *p)
{
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
	if (is_control(c))
		return found_control(p, p->at);
	if (is_atom_char(c)) {
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

/* Reads on behind the words of a local part and appends the address. `phrase` may be NULL. */
static bool read_address(struct parser *p, const struct words *words, const struct str *phrase)
{
	CLEANUP(address_done) struct address address = { 0 };
	CLEANUP(str_done) struct str local = STR_INIT;
	CLEANUP(str_done) struct str domain = STR_INIT;

	if (!judge_local(p, words))
		return false;
	if (is_dot_atom(words->local.bytes))
		str_add(&local, words->local.bytes);
	else
		add_quoted(&local, words->local.bytes);
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

	if (!next_token(p) || !skip_route(p) || !read_words(p, &words) ||
	    !read_address(p, &words, phrase))
		return false;
	if (p->token != '>')
		return expected(p, p->start, _("expected '>'"));
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
	return read_address(p, &words, NULL) && expect_separator(p);
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
	CLEANUP(parser_done) struct parser p = {
		.text = text, .len = len, .value = STR_INIT, .list = list, .err = err
	};
	size_t before = list->count;

	if (read_list(&p))
		return true;
	cut_list(list, before);
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
	} else if (!read_words(p, &words) || !read_address(p, &words, NULL)) {
		return false;
	}
	if (p->token != TOKEN_END)
		return expected(p, p->start, _("expected nothing after the address"));
	return true;
}

bool address_parse_path(const char *text, struct address *address, struct err *err)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(parser_done) struct parser p = {
		.text = text, .len = strlen(text), .value = STR_INIT, .list = &list, .err = err
	};

	/* Folding belongs to header fields; in an argument it is an attempt at something else. */
	for (size_t i = 0; i < p.len; i++)
		if (is_control(text[i]))
			return found_control(&p, i);
	if (!read_path(&p))
		return false;
	*address = list.items[0];
	list.count = 0;
	return true;
}

char *address_path(const struct address *address)
{
	if (!address->domain)
		return mem_copy(address->local);
	return str_format("%s@%s", address->local, address->domain);
}

/* C1 controls are two bytes in UTF-8. */
static bool has_control(const char *text)
{
	for (; *text; text++)
		if (is_control(*text) || (text[0] == '\xC2' && (unsigned char)text[1] < 0xA0))
			return true;
	return false;
}

/* Length of the quoted string that the path begins with; 0 where it does not end. */
static size_t quoted_len(const char *path)
{
	for (size_t i = 1; path[i]; i++) {
		if (path[i] == '"')
			return i + 1;
		if (path[i] == '\\' && path[i + 1])
			i++;
	}
	return 0;
}

/* These say what is wrong, or NULL. Dots may stand anywhere: mailboxes like "a..b" exist. */
static const char *local_fault(const char *path, size_t *len)
{
	*len = 0;
	if (path[0] == '"') {
		*len = quoted_len(path);
		if (!*len)
			return _("expected '\"' at the end of the local part");
	}
	while (is_atom_char(path[*len]) || path[*len] == '.') {
		if (path[0] == '"')
			return _("expected '@' after the quotes");
		++*len;
	}
	if (*len == 0 || (path[0] == '"' && *len == 2))
		return _("expected a local part");
	if (*len > LOCAL_MAX)
		return _("the local part is longer than 64 octets");
	return NULL;
}

static const char *literal_fault(const char *domain)
{
	size_t len = 1;

	while (is_letter_or_digit(domain[len]) || (domain[len] && strchr(".:-_", domain[len])))
		len++;
	if (len > 1 && strcmp(domain + len, "]") == 0)
		return NULL;
	return _("the address literal is broken");
}

static const char *domain_fault(const char *domain)
{
	bool is_after_dot = true;

	if (strlen(domain) > DOMAIN_MAX)
		return _("the domain is longer than 255 octets");
	if (domain[0] == '[')
		return literal_fault(domain);
	for (; *domain; domain++) {
		bool is_dot = *domain == '.';
		bool is_name_char = is_letter_or_digit(*domain) || *domain == '-' ||
				    *domain == '_' || (unsigned char)*domain >= 0x80;
		if (is_dot ? is_after_dot : !is_name_char)
			return _("the domain is broken");
		is_after_dot = is_dot;
	}
	return is_after_dot ? _("the domain is broken") : NULL;
}

static const char *path_fault(const char *path)
{
	size_t len;

	if (has_control(path))
		return _("expected no control character");
	if (!str_is_utf8(path, strlen(path)))
		return _("expected UTF-8");
	const char *fault = local_fault(path, &len);
	if (!fault && path[len] == '@')
		fault = domain_fault(path + len + 1);
	else if (!fault && path[len])
		fault = _("the local part has a character that needs quotes");
	if (!fault && strlen(path) > PATH_MAX_LEN)
		fault = _("the address is longer than 254 octets");
	return fault;
}

bool address_check(const char *path, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	const char *fault = path_fault(path);

	if (!fault)
		return true;
	str_add_printable(&shown, path, strlen(path));
	return err_set(err, ERR_INPUT, "'%s': %s", shown.bytes, fault);
}

/* Whether the text is atoms with single spaces between them. */
static bool is_plain_phrase(const char *text)
{
	bool is_after_space = true;

	for (; *text; text++) {
		if (*text == ' ' ? is_after_space : !is_atom_char(*text))
			return false;
		is_after_space = *text == ' ';
	}
	return !is_after_space;
}

static size_t column_of(const struct str *out)
{
	const char *line_end = memrchr(out->bytes, '\n', out->len);

	if (out->len == 0)
		return FIELD_NAME_ROOM;
	return line_end ? (size_t)(out->bytes + out->len - line_end - 1) : out->len;
}

/* Returns the column behind it. */
static size_t add_phrase(struct str *out, const struct str *phrase, size_t column)
{
	size_t before = out->len;

	if (!str_is_ascii(phrase->bytes, phrase->len) || phrase->len > PHRASE_MAX)
		return mime_add_encoded_words(out, phrase->bytes, column);
	if (is_plain_phrase(phrase->bytes))
		str_add(out, phrase->bytes);
	else
		add_quoted(out, phrase->bytes);
	return column + out->len - before;
}

void address_add_mailbox(struct str *out, const char *phrase, const char *path)
{
	CLEANUP(str_done) struct str name = STR_INIT;
	size_t column = column_of(out);

	str_add_printable(&name, phrase ? phrase : "", phrase ? strlen(phrase) : 0);
	if (!name.len) {
		str_add(out, path);
		return;
	}
	column = add_phrase(out, &name, column);
	bool is_long = column + sizeof " <>" - 1 + strlen(path) > LINE_LEN;
	str_addf(out, "%s<%s>", is_long ? "\r\n " : " ", path);
}
