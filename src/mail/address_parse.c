/* address_parse.c - reading addresses: RFC 5322 and common mistakes */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address_parse.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "mail/address_spec.h"

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

/* Reads a name after the brackets. If brackets follow it, it belongs to the next mailbox. */
static bool read_trail(struct address_parser *p)
{
	CLEANUP(address_region_done) struct address_region region = { .phrase = STR_INIT };
	struct address *address = &p->list->items[p->list->count - 1];
	size_t end = p->s.last;

	address_region_survey(&region, &p->s);
	if (p->s.token == TOKEN_CONTROL) {
		p->item = end;
		return address_parser_control(p);
	}
	if (region.from == region.to)
		return true;
	if (is_open_comment_only(p, &region)) {
		address->is_odd = true;
		return true;
	}
	if (!address_region_is_separator(p->s.token) && !region.has_open) {
		address_scanner_go(&p->s, region.from);
		return true;
	}
	if (region.has_special || !region.is_name) {
		p->item = region.from;
		p->takes_all = region.has_open;
		return address_parser_expected(p, region.from, _("expected a comma"));
	}
	address->is_odd = true;
	if (!address->display)
		address->display = str_take(&region.phrase);
	return true;
}

/* Refuses a quote or a comment without an end, where no plain meaning is left. */
static bool lacks_end(struct address_parser *p, size_t opened, size_t at)
{
	bool is_comment = p->s.text[opened] == '(';

	return address_parser_expected(p, at, is_comment ? _("expected ')'") : _("expected '\"'"));
}

static bool read_mailbox(struct address_parser *p, const struct address_region *region)
{
	p->is_odd |= region->has_special;
	if (region->has_open &&
	    (address_region_has_char(&p->s, region->from, region->opened, '@') ||
	     address_region_may_hide(&p->s, region->from, region->to)))
		return lacks_end(p, region->opened, region->opened);
	if (p->s.token != '<' ? !address_spec_read_outlook(p, region->phrase.bytes)
			      : !address_spec_read_angle(p, region->phrase.bytes))
		return false;
	return read_trail(p);
}

/* Addresses without brackets */

/*
 * Whether the words mean "hidden recipients": a group name such as "undisclosed-recipients" without
 * its colon.
 */
static bool means_hidden_recipients(const struct address_words *words)
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

/* Accepts such words in the place of an address; like an empty group they add no mailbox. */
static bool take_hidden_recipients(struct address_parser *p, const struct address_found *found)
{
	if (!address_region_is_separator(p->s.token) || !means_hidden_recipients(&found->words))
		return false;
	p->list->is_odd = true;
	p->is_after_item = true;
	p->is_after_separator = false;
	return true;
}

static bool read_bare(struct address_parser *p, const struct address_region *region, bool is_url)
{
	CLEANUP(address_spec_found_done) struct address_found found = ADDRESS_FOUND_INIT;
	struct address_words *words = &found.words;

	p->takes_all = region->has_open;
	address_scanner_go(&p->s, region->from);
	address_spec_read_words(p, words);
	if (take_hidden_recipients(p, &found))
		return true;
	if (region->has_open && p->s.token != '@')
		return lacks_end(p, region->opened, p->s.len);
	return address_spec_finish_bare(p, &found, region->to, is_url);
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
		return address_parser_expected(p, p->s.start, _("expected an address, and no URL"));
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

/* Adjacent separators are an obsolete form. A semicolon that ends no group is not RFC 5322. */
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

static bool read_surveyed(struct address_parser *p, const struct address_region *region,
			  bool is_url)
{
	if (p->s.token == TOKEN_CONTROL)
		return address_parser_control(p);
	if (p->s.token == ':')
		return begin_group(p);
	if (p->s.token == '<' || p->s.token == TOKEN_LITERAL)
		return read_mailbox(p, region);
	return read_bare(p, region, is_url);
}

/* Reads one element of the list: a separator, the name of a group, or a mailbox. */
static bool read_element(struct address_parser *p)
{
	CLEANUP(address_region_done) struct address_region region = { .phrase = STR_INIT };
	size_t before = p->list->count;

	if (address_region_is_separator(p->s.token)) {
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
	bool is_url = address_spec_skip_scheme(p);
	address_region_survey(&region, &p->s);
	if (!read_surveyed(p, &region, is_url))
		return false;
	if (p->list->count > before)
		p->list->items[before].element.to = p->s.start;
	return true;
}

/* Skips a part without a plain meaning, up to the certain start of the next element. */
static void skip_element(struct address_parser *p)
{
	while (p->s.token != TOKEN_END &&
	       (p->is_in_angle || !address_region_is_separator(p->s.token))) {
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
	address_faults_add(faults, place, str_take(&given), mem_take(&p->err->text));
	err_done(p->err);
}

/* Stops at the first fault if `faults` is NULL. */
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

bool address_parse_list(const char *text, size_t len, struct address_list *list, struct err *err)
{
	CLEANUP(address_parser_done) struct address_parser p = { .list = list, .err = err };
	size_t before = list->count;

	address_parser_begin(&p, text, len);
	if (read_list(&p, NULL))
		return true;
	address_list_cut(list, before);
	return false;
}

void address_parse_readable(const char *text, size_t len, struct address_list *list,
			    struct address_faults *faults)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_parser_done)
	struct address_parser p = { .list = list, .err = &err, .judges_domains = true };

	address_parser_begin(&p, text, len);
	if (!read_list(&p, faults))
		address_list_cut(list, 0);
}

bool address_parse_path(const char *text, struct address *address, struct err *err)
{
	return address_spec_parse_path(text, address, err);
}

void address_parse_add_path(struct address_list *list, const char *path)
{
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	struct address address = { 0 };

	if (!address_parse_path(path, &address, &unfit))
		return;
	mem_grow(list->items, list->count);
	list->items[list->count++] = address;
}
