/* addresslist.c - reading address lists, RFC 5322 and what callers write for it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ascii.h"
#include "base/i18n.h"
#include "mail/address.h"
#include "mail/addressspec.h"
#include "mail/atom.h"

#include <stdlib.h>
#include <string.h>

/* Mailboxes */

/* "Bob <bob@example.org> (the boss" */
static bool is_open_comment_only(const struct address_parser *p,
				 const struct address_region *region)
{
	return p->s.token == TOKEN_END && region->has_open && region->opened == region->from &&
	       !address_region_may_hide(&p->s, region->from, region->to);
}

/* A name after the brackets; another mailbox follows where there are brackets again. */
static bool read_trail(struct address_parser *p)
{
	CLEANUP(address_region_done) struct address_region region = { .phrase = STR_INIT };
	struct address *address = &p->list->items[p->list->count - 1];
	size_t end = p->s.last;

	address_region_survey(&region, &p->s);
	if (p->s.token == TOKEN_CONTROL) {
		p->item = end;
		return address_spec_control(p);
	}
	if (region.from == region.to)
		return true;
	if (is_open_comment_only(p, &region)) {
		address->is_odd = true;
		return true;
	}
	if (!address_is_separator(p->s.token) && !region.has_open) {
		address_scanner_go(&p->s, region.from);
		return true;
	}
	if (region.has_special || !region.is_name) {
		p->item = region.from;
		p->takes_all = region.has_open;
		return address_spec_expected(p, region.from, _("expected a comma"));
	}
	address->is_odd = true;
	if (!address->display)
		address->display = str_take(&region.phrase);
	return true;
}

/* A quote or a comment that is never closed, and then no end of it either. */
static bool lacks_end(struct address_parser *p, size_t opened, size_t at)
{
	bool is_comment = p->s.text[opened] == '(';

	return address_spec_expected(p, at, is_comment ? _("expected ')'") : _("expected '\"'"));
}

static bool read_mailbox(struct address_parser *p, const struct address_region *region)
{
	p->is_odd |= region->has_special;
	if (region->has_open && (address_has_char(&p->s, region->from, region->opened, '@') ||
				 address_region_may_hide(&p->s, region->from, region->to)))
		return lacks_end(p, region->opened, region->opened);
	if (p->s.token != '<' ? !address_spec_outlook(p, region->phrase.bytes)
			      : !address_spec_angle(p, region->phrase.bytes))
		return false;
	return read_trail(p);
}

/* Addresses without brackets */

/* What stands for recipients that are not to be seen, where it lacks the colon of a group. */
static bool is_nobody(const struct address_words *words)
{
	static const char *const names[] = {
		"undisclosed-recipients",    "undisclosed-recipient",    "undisclosed recipients",
		"undisclosed recipient",     "unlisted-recipients",      "unlisted recipients",
		"recipient list suppressed", "recipient list not shown", "suppressed recipients",
	};
	CLEANUP(str_done) struct str text = STR_INIT;

	str_addf(&text, "%s%s%s", words->name.bytes, words->name.len ? " " : "",
		 words->shown.bytes);
	for (size_t i = 0; i < LENGTH(names); i++)
		if (ascii_compare(text.bytes, names[i]) == 0)
			return true;
	return false;
}

/* Whether it names nobody, as an empty group does. */
static bool takes_nobody(struct address_parser *p, const struct address_found *found)
{
	if (p->is_path || !address_is_separator(p->s.token) || !is_nobody(&found->words))
		return false;
	p->list->is_odd = true;
	p->is_after_item = true;
	p->is_after_separator = false;
	return true;
}

/* After an address there may be a bracket that was never opened, and a comment without an end. */
static bool read_bare_end(struct address_parser *p, const struct address_region *region)
{
	bool is_open = p->s.token == TOKEN_OPEN_COMMENT || p->s.token == TOKEN_OPEN_QUOTE;

	address_spec_brackets(p, '>');
	if (is_open && !address_region_may_hide(&p->s, p->s.start, region->to)) {
		p->is_odd = true;
		address_scanner_go(&p->s, region->to);
	}
	return address_is_separator(p->s.token) ||
	       address_spec_expected(p, p->s.start, _("expected a comma"));
}

static bool read_bare(struct address_parser *p, const struct address_region *region, bool is_url)
{
	CLEANUP(address_found_done) struct address_found found = ADDRESS_FOUND_INIT;
	struct address_words *words = &found.words;

	p->takes_all = region->has_open;
	address_scanner_go(&p->s, region->from);
	address_spec_words(p, words);
	if (takes_nobody(p, &found))
		return true;
	if (region->has_open && p->s.token != '@')
		return lacks_end(p, region->opened, p->s.len);
	bool takes_name = p->s.token == '@' && words->is_name && words->is_apart;
	if (!address_spec_judge_local(p, words, takes_name) ||
	    !address_spec_read(p, words, &found.domain, is_url))
		return false;
	found.path = (struct address_place){ words->from, p->s.last };
	found.whole = (struct address_place){ words->gap ? p->item : words->from, p->s.last };
	found.phrase = words->name.bytes;
	p->is_odd |= words->gap > 0;
	return read_bare_end(p, region) && address_spec_add(p, &found);
}

/* Lists */

static bool begin_group(struct address_parser *p)
{
	p->list->is_odd |= p->is_in_group;
	p->is_in_group = true;
	p->group_first = p->list->count;
	p->is_after_item = true;
	address_scanner_next(&p->s);
	if (p->s.token == TOKEN_ATOM && strncmp(p->s.value.bytes, "//", 2) == 0)
		return address_spec_expected(p, p->s.start, _("expected an address, and no URL"));
	p->element = p->s.last;
	p->is_after_item = false;
	p->is_after_separator = false;
	return true;
}

static void end_group(struct address_parser *p)
{
	p->is_in_group = false;
	p->is_after_item = true;
	p->is_after_separator = false;
}

/* Separators with nothing between them are an obsolete form, and a semicolon is none by itself. */
static void take_separator(struct address_parser *p)
{
	bool is_end_of_group = p->s.token == ';' && p->is_in_group;

	if (is_end_of_group) {
		p->list->is_odd |= p->is_after_separator;
		end_group(p);
	} else {
		p->list->is_odd |= p->s.token == ';' || !p->is_after_item;
		p->is_after_item = false;
		p->is_after_separator = true;
	}
	p->s.is_odd = false;
	p->element = p->s.at;
	address_scanner_next(&p->s);
}

static bool read_what_was_surveyed(struct address_parser *p, const struct address_region *region,
				   bool is_url)
{
	if (p->s.token == TOKEN_CONTROL)
		return address_spec_control(p);
	if (p->s.token == ':')
		return begin_group(p);
	if (p->s.token == '<' || p->s.token == TOKEN_LITERAL)
		return read_mailbox(p, region);
	return read_bare(p, region, is_url);
}

/* One step through the list: a separator, the name of a group, or a mailbox. */
static bool read_element(struct address_parser *p)
{
	CLEANUP(address_region_done) struct address_region region = { .phrase = STR_INIT };
	size_t before = p->list->count;

	if (address_is_separator(p->s.token)) {
		take_separator(p);
		return true;
	}
	if (p->is_after_item) {
		p->list->is_odd = true;
		p->element = p->s.start;
	}
	p->item = p->s.token == TOKEN_CONTROL ? p->s.last : p->s.start;
	p->is_odd = false;
	p->is_in_angle = false;
	p->takes_all = false;
	bool is_url = address_spec_scheme(p);
	address_region_survey(&region, &p->s);
	if (!read_what_was_surveyed(p, &region, is_url))
		return false;
	if (p->list->count > before)
		p->list->items[before].element.to = p->s.start;
	return true;
}

/* Passes over what has no plain meaning, up to where the next element begins for certain. */
static void skip_element(struct address_parser *p)
{
	while (p->s.token != TOKEN_END && (p->is_in_angle || !address_is_separator(p->s.token))) {
		p->is_in_angle |= p->s.token == '<';
		p->is_in_angle &= p->s.token != '>';
		if (p->takes_all || p->s.token == TOKEN_CONTROL)
			p->s.at = p->s.len;
		address_scanner_next(&p->s);
	}
	p->is_after_item = true;
	p->is_after_separator = false;
}

static void add_given(struct str *out, const struct address_parser *p, struct address_place place)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	for (size_t i = place.from; i < place.to && text.len < ADDRESS_MAX; i++) {
		bool is_space = ascii_is_space(p->s.text[i]);
		if (!is_space || text.len)
			str_add_char(&text, is_space ? ' ' : p->s.text[i]);
	}
	while (text.len && text.bytes[text.len - 1] == ' ')
		str_cut(&text, text.len - 1);
	str_add_printable(out, text.bytes, text.len);
}

static void add_fault(struct address_parser *p, struct address_faults *faults)
{
	struct address_place place = { p->item, 0 };
	CLEANUP(str_done) struct str given = STR_INIT;

	skip_element(p);
	place.to = p->s.start;
	add_given(&given, p, place);
	mem_grow(faults->items, faults->count);
	faults->items[faults->count++] =
		(struct address_fault){ place, str_take(&given), mem_take(&p->err->text) };
	err_done(p->err);
}

/* Without `faults` it ends with the first of them. */
static bool read_list(struct address_parser *p, struct address_faults *faults)
{
	address_scanner_next(&p->s);
	while (p->s.token != TOKEN_END) {
		if (read_element(p))
			continue;
		if (!faults)
			return false;
		add_fault(p, faults);
	}
	p->list->is_odd |= p->is_in_group || p->is_after_separator;
	p->list->has_open_group |= p->is_in_group && p->list->count > p->group_first;
	return true;
}

static void begin(struct address_parser *p, const char *text, size_t len)
{
	address_scanner_init(&p->s, text, len);
}

static void parser_done(struct address_parser *p)
{
	address_scanner_done(&p->s);
}

bool address_parse_list(const char *text, size_t len, struct address_list *list, struct err *err)
{
	CLEANUP(parser_done) struct address_parser p = { .list = list, .err = err };
	size_t before = list->count;

	begin(&p, text, len);
	if (read_list(&p, NULL))
		return true;
	address_list_cut(list, before);
	return false;
}

void address_read_list(const char *text, size_t len, struct address_list *list,
		       struct address_faults *faults)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(parser_done)
	struct address_parser p = { .list = list, .err = &err, .judges_domains = true };

	begin(&p, text, len);
	if (!read_list(&p, faults))
		address_list_cut(list, 0);
}

void address_faults_done(struct address_faults *faults)
{
	for (size_t i = 0; i < faults->count; i++) {
		free(faults->items[i].given);
		free(faults->items[i].text);
	}
	free(faults->items);
	*faults = (struct address_faults){ 0 };
}

static bool read_path(struct address_parser *p)
{
	struct address_region all = { .to = p->s.len };

	address_scanner_next(&p->s);
	all.from = p->s.start;
	if (p->s.token == '<' ? !address_spec_angle(p, NULL) : !read_bare(p, &all, false))
		return false;
	if (p->s.token != TOKEN_END)
		return address_spec_expected(p, p->s.start,
					     _("expected nothing after the address"));
	return true;
}

bool address_parse_path(const char *text, struct address *address, struct err *err)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(parser_done)
	struct address_parser p = { .list = &list, .err = err, .is_path = true };

	begin(&p, text, strlen(text));
	/* Folding belongs to header fields; in an argument it is an attempt at something else. */
	for (p.s.start = 0; p.s.start < p.s.len; p.s.start++)
		if (atom_is_control(text[p.s.start]))
			return address_spec_control(&p);
	if (!read_path(&p))
		return false;
	*address = list.items[0];
	list.count = 0;
	return true;
}
