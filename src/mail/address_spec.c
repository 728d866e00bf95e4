/* address_spec.c - one address of a field: local part, domain, and the brackets around them */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address_spec.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "mail/atom.h"
#include "mail/idn.h"

#include <string.h>

void address_spec_words_done(struct address_words *words)
{
	str_done(&words->local);
	str_done(&words->shown);
	str_done(&words->name);
}

static bool is_blank_at(const struct address_scanner *s, size_t at)
{
	return ascii_is_space(s->text[at]);
}

/*
 * Whether the dot before the token has a blank after it and none before: such a dot ends an
 * abbreviation and is part of no address.
 */
static bool is_lopsided(const struct address_scanner *s)
{
	size_t dot = s->last - 1;

	return s->after_blank && is_blank_at(s, s->last) &&
	       (dot == 0 || (!is_blank_at(s, dot - 1) && s->text[dot - 1] != ')'));
}

/* Moves the words so far to the name: they are no local part. */
static void move_to_name(struct address_words *words, const struct address_scanner *s)
{
	str_addf(&words->name, "%s%s", words->name.len ? " " : "", words->shown.bytes);
	str_clear(&words->local);
	str_clear(&words->shown);
	words->gap = words->gap ? words->gap : s->start;
	words->from = s->start;
	words->is_name |= words->may_be_one;
	words->may_be_one = false;
	words->is_spaced = false;
	words->is_quoted = false;
	words->is_apart = s->after_blank;
	words->lopsided = 0;
}

static void add_spec_word(struct address_words *words, const struct address_scanner *s)
{
	const char *text = s->token == '.' ? "." : s->value.bytes;

	if (s->token != '.' && words->count && words->last != '.')
		move_to_name(words, s);
	else if (words->shown.len)
		words->is_spaced |= s->after_blank;
	if (words->last == '.' && !words->lopsided && is_lopsided(s))
		words->lopsided = s->start;
	str_addf(&words->shown, "%s%s", words->shown.len && s->after_blank ? " " : "", text);
	str_add(&words->local, text);
	words->is_quoted |= s->token == TOKEN_QUOTED;
	words->may_be_one |= address_region_is_name(s);
	words->last = s->token;
	words->count++;
}

void address_spec_read_words(struct address_parser *p, struct address_words *words)
{
	words->from = p->s.start;
	while (address_region_is_word(p->s.token)) {
		add_spec_word(words, &p->s);
		address_scanner_next(&p->s);
	}
}

/* A final dot names the root of DNS; it is dropped, as addresses have none. */
static bool is_domain_end(const struct address_parser *p)
{
	return address_region_is_separator(p->s.token) || p->s.token == '>';
}

/* Reads the domain after an '@'. */
static bool read_domain(struct address_parser *p, struct str *domain)
{
	bool is_literal = p->s.token == TOKEN_LITERAL && !address_region_is_outlook(&p->s);

	for (;;) {
		if (p->s.token == '[')
			return address_parser_expected(p, p->s.start, _("expected ']'"));
		if ((p->s.token != TOKEN_ATOM && !is_literal) ||
		    (domain->len && is_lopsided(&p->s)))
			return address_parser_expected(p, p->s.start, _("expected a domain"));
		p->is_odd |= p->s.after_blank;
		str_add_n(domain, p->s.value.bytes, p->s.value.len);
		address_scanner_next(&p->s);
		if (p->s.token != '.' || is_literal)
			return true;
		p->is_odd |= p->s.after_blank;
		address_scanner_next(&p->s);
		if (is_domain_end(p)) {
			p->is_odd = true;
			return true;
		}
		str_add_char(domain, '.');
	}
}

bool address_spec_judge_local(struct address_parser *p, const struct address_words *words,
			      bool takes_name)
{
	/* An encoded-word without '@' is half of a broken display name, not a mailbox. */
	bool is_encoded = p->s.token != '@' && strncmp(words->local.bytes, "=?", 2) == 0;
	bool has_word = words->local.bytes[strspn(words->local.bytes, ".")] != '\0';

	if (words->gap && !takes_name)
		return address_parser_expected(p, words->gap,
					       p->s.token == '@' || p->is_path
						       ? _("expected '<' or a comma")
						       : _("expected '<' or a comma, as there is "
							   "no '@'"));
	if (words->lopsided)
		return address_parser_expected(p, words->lopsided, _("expected '<' or a comma"));
	if ((!has_word && !words->is_quoted) || is_encoded)
		return address_parser_expected(p, is_encoded ? p->item : p->s.start,
					       _("expected an address"));
	return true;
}

/* Appending */

static void append(struct address_parser *p, struct address *address)
{
	mem_grow(p->list->items, p->list->count);
	address->element.to = p->s.last;
	p->list->items[p->list->count++] = *address;
	*address = (struct address){ 0 };
	p->is_after_item = true;
	p->is_after_separator = false;
}

/* Whether the text begins or ends with the quote. */
static bool begins_with(const struct str *text, const char *quote)
{
	return strncmp(text->bytes, quote, strlen(quote)) == 0;
}

static bool ends_with(const struct str *text, const char *quote)
{
	size_t len = strlen(quote);

	return text->len > len && strcmp(text->bytes + text->len - len, quote) == 0;
}

/*
 * Drops typographic quotes around 'bob@example.org'; RFC 5322 with RFC 6532 counts them as letters.
 */
static void drop_quotes(struct address_parser *p, struct str *local, struct str *domain)
{
	static const char *const quotes[][2] = {
		{ "'", "'" },           { "\u2018", "\u2019" }, { "\u201C", "\u201D" },
		{ "\u201E", "\u201C" }, { "\u00AB", "\u00BB" }, { "\u00BB", "\u00AB" },
	};

	for (size_t i = 0; i < LENGTH(quotes); i++) {
		if (!begins_with(local, quotes[i][0]) || !ends_with(domain, quotes[i][1]) ||
		    local->len == strlen(quotes[i][0]))
			continue;
		str_drop(local, strlen(quotes[i][0]));
		str_cut(domain, domain->len - strlen(quotes[i][1]));
		p->is_odd = true;
		return;
	}
}

static char *canonical_local(const struct str *local)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	bool has_odd = false;

	for (size_t i = 0; i < local->len; i++)
		has_odd |= address_scanner_odd_blank(local->bytes + i, local->len - i) > 0;
	if (atom_is_dotted(local->bytes) && !has_odd)
		str_add(&out, local->bytes);
	else
		atom_add_quoted(&out, local->bytes);
	return str_take(&out);
}

void address_spec_found_done(struct address_found *found)
{
	address_spec_words_done(&found->words);
	str_done(&found->domain);
}

/*
 * Whether all of "bob@example.org" is in quotes; by RFC 5322 it is a local part without a domain.
 */
static bool is_quoted_whole(const struct address_parser *p, const struct address_found *found,
			    struct address *inner)
{
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	const struct address_words *words = &found->words;

	if (p->is_path || found->domain.len || !words->is_quoted || words->count != 1 ||
	    !address_spec_parse_path(words->local.bytes, inner, &unfit))
		return false;
	return inner->domain != NULL;
}

static void fill_address(struct address_parser *p, struct address_found *found,
			 struct address *address)
{
	CLEANUP(address_done) struct address inner = { 0 };

	address->is_quoted_whole = is_quoted_whole(p, found, &inner);
	p->is_odd |= address->is_quoted_whole;
	if (address->is_quoted_whole) {
		address->local = mem_take(&inner.local);
		address->domain = mem_take(&inner.domain);
		return;
	}
	drop_quotes(p, &found->words.local, &found->domain);
	address->local = canonical_local(&found->words.local);
	address->domain = found->domain.len ? str_take(&found->domain) : NULL;
}

/* A domain beyond ASCII must be valid by IDNA2008. Without its library no domain is checked. */
static bool check_domain(const struct address_parser *p, const char *path)
{
	CLEANUP(err_done) struct err unfit = ERR_INIT;

	if (!p->judges_domains)
		return true;
	CLEANUP(mem_free_at) char *ascii = idn_path(path, &unfit);
	if (ascii || unfit.kind != ERR_INPUT)
		return true;
	err_copy(p->err, &unfit);
	return false;
}

bool address_spec_add(struct address_parser *p, struct address_found *found)
{
	CLEANUP(address_done)
	struct address address = { .whole = found->whole, .path = found->path };
	const struct address_words *words = &found->words;

	p->is_odd |= words->is_spaced || (!words->is_quoted && !atom_is_dotted(words->local.bytes));
	if (found->phrase && *found->phrase)
		address.display = mem_copy(found->phrase);
	fill_address(p, found, &address);
	address.element.from = p->element;
	address.is_odd = p->is_odd || p->s.is_odd;
	CLEANUP(mem_free_at) char *path = address_path(&address);
	if (!address_check(path, p->err) || !check_domain(p, path))
		return false;
	append(p, &address);
	return true;
}

/* Angle brackets */

/* Skips "@a,@b:" of the obsolete form "<@a,@b:c@d>": the relay finds its own route. */
static bool skip_route(struct address_parser *p)
{
	CLEANUP(str_done) struct str ignored = STR_INIT;

	if (p->s.token != '@' && p->s.token != ',')
		return true;
	p->is_odd = true;
	while (p->s.token == '@' || p->s.token == ',') {
		bool is_domain = p->s.token == '@';
		address_scanner_next(&p->s);
		if (is_domain && !read_domain(p, &ignored))
			return false;
	}
	if (p->s.token != ':')
		return address_parser_expected(p, p->s.start, _("expected ':'"));
	address_scanner_next(&p->s);
	return true;
}

bool address_spec_skip_scheme(struct address_parser *p)
{
	size_t start = p->s.start;

	if (!address_scanner_is(&p->s, "mailto"))
		return false;
	address_scanner_next(&p->s);
	if (p->s.token != ':') {
		address_scanner_go(&p->s, start);
		return false;
	}
	address_scanner_next(&p->s);
	p->is_odd = true;
	return true;
}

/*
 * Cuts "?subject=text" off a URL and skips the rest of it. A URL that may name more addresses, or
 * has an encoded byte such as "%40", is refused. RFC 6068.
 */
static bool cut_url(struct address_parser *p, const struct address_words *words, struct str *domain)
{
	size_t host = strcspn(domain->bytes, "?");
	size_t from = p->s.last;
	size_t end = from;

	if (strncmp(words->local.bytes, "//", 2) == 0 || strchr(words->local.bytes, '%'))
		return address_parser_expected(p, words->from, _("expected a plain address"));
	if (host == domain->len)
		return true;
	while (end < p->s.len && p->s.text[end] > ' ' && !strchr("<>,;", p->s.text[end]))
		end++;
	if (end < p->s.len && (p->s.text[end] == ',' || p->s.text[end] == ';'))
		return address_parser_expected(p, from, _("expected the end of a URL"));
	str_cut(domain, host);
	address_scanner_go(&p->s, end);
	return true;
}

bool address_spec_read_domain(struct address_parser *p, struct address_words *words,
			      struct str *domain, bool is_url)
{
	if (p->s.token != '@')
		return true;
	p->is_odd |= p->s.after_blank;
	address_scanner_next(&p->s);
	return read_domain(p, domain) && (!is_url || cut_url(p, words, domain));
}

void address_spec_skip_brackets(struct address_parser *p, char bracket)
{
	while (p->s.token == bracket && !p->is_path) {
		p->is_odd = true;
		address_scanner_next(&p->s);
	}
}

/* A bracket that is never closed ends at the separator. */
static bool end_angle(struct address_parser *p)
{
	bool is_closed = p->s.token == '>';

	if (!is_closed && (p->is_path || !address_region_is_separator(p->s.token)))
		return address_parser_expected(p, p->s.start, _("expected '>'"));
	p->is_odd |= !is_closed;
	if (is_closed)
		address_scanner_next(&p->s);
	p->is_in_angle = false;
	return true;
}

bool address_spec_read_angle(struct address_parser *p, const char *phrase)
{
	CLEANUP(address_spec_found_done) struct address_found found = ADDRESS_FOUND_INIT;

	p->is_in_angle = true;
	address_scanner_next(&p->s);
	address_spec_skip_brackets(p, '<');
	bool is_url = !p->is_path && address_spec_skip_scheme(p);
	if (!skip_route(p))
		return false;
	address_spec_read_words(p, &found.words);
	if (!address_spec_judge_local(p, &found.words, false) ||
	    !address_spec_read_domain(p, &found.words, &found.domain, is_url))
		return false;
	found.phrase = phrase;
	found.path = (struct address_place){ found.words.from, p->s.last };
	if (!end_angle(p))
		return false;
	found.whole = (struct address_place){ p->item, p->s.last };
	address_spec_skip_brackets(p, '>');
	return address_spec_add(p, &found);
}

bool address_spec_read_outlook(struct address_parser *p, const char *phrase)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	CLEANUP(address_done) struct address address = { 0 };
	const struct str *value = &p->s.value;

	str_add_n(&path, value->bytes + sizeof ADDRESS_OUTLOOK - 1,
		  value->len - sizeof ADDRESS_OUTLOOK);
	if (!address_spec_parse_path(path.bytes, &address, p->err))
		return false;
	if (*phrase)
		address.display = mem_copy(phrase);
	address.is_odd = true;
	address.path = (struct address_place){ p->s.start, p->s.at };
	address.whole = (struct address_place){ p->item, p->s.at };
	address.element.from = p->element;
	append(p, &address);
	address_scanner_next(&p->s);
	return true;
}

/* Addresses without brackets */

/* Accepts a closing bracket that was never opened, and a comment without an end. */
static bool end_bare(struct address_parser *p, size_t end)
{
	bool is_open = p->s.token == TOKEN_OPEN_COMMENT || p->s.token == TOKEN_OPEN_QUOTE;

	address_spec_skip_brackets(p, '>');
	if (is_open && !address_region_may_hide(&p->s, p->s.start, end)) {
		p->is_odd = true;
		address_scanner_go(&p->s, end);
	}
	return address_region_is_separator(p->s.token) ||
	       address_parser_expected(p, p->s.start, _("expected a comma"));
}

bool address_spec_finish_bare(struct address_parser *p, struct address_found *found, size_t end,
			      bool is_url)
{
	struct address_words *words = &found->words;
	bool takes_name = p->s.token == '@' && words->is_name && words->is_apart;

	if (!address_spec_judge_local(p, words, takes_name) ||
	    !address_spec_read_domain(p, words, &found->domain, is_url))
		return false;
	found->path = (struct address_place){ words->from, p->s.last };
	found->whole = (struct address_place){ words->gap ? p->item : words->from, p->s.last };
	found->phrase = words->name.bytes;
	p->is_odd |= words->gap > 0;
	return end_bare(p, end) && address_spec_add(p, found);
}

static bool read_bare_path(struct address_parser *p)
{
	CLEANUP(address_spec_found_done) struct address_found found = ADDRESS_FOUND_INIT;

	address_spec_read_words(p, &found.words);
	return address_spec_finish_bare(p, &found, p->s.len, false);
}

static bool read_path(struct address_parser *p)
{
	address_scanner_next(&p->s);
	if (p->s.token == '<' ? !address_spec_read_angle(p, NULL) : !read_bare_path(p))
		return false;
	return p->s.token == TOKEN_END ||
	       address_parser_expected(p, p->s.start, _("expected nothing after the address"));
}

bool address_spec_parse_path(const char *text, struct address *address, struct err *err)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(address_parser_done)
	struct address_parser p = { .list = &list, .err = err, .is_path = true };

	address_parser_begin(&p, text, strlen(text));
	/*
	 * Folding belongs to header fields. A line end in an argument is an attempt to inject
	 * something.
	 */
	for (p.s.start = 0; p.s.start < p.s.len; p.s.start++)
		if (atom_is_control(text[p.s.start]))
			return address_parser_control(&p);
	if (!read_path(&p))
		return false;
	*address = list.items[0];
	list.count = 0;
	return true;
}
