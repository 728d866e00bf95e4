/* address_region.c - the text before a separator or a bracket of an address field */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address_region.h"

#include "base/ascii.h"

#include <string.h>

bool address_region_is_separator(char token)
{
	return token == ',' || token == ';' || token == TOKEN_END;
}

bool address_region_is_word(char token)
{
	return token == TOKEN_ATOM || token == TOKEN_QUOTED || token == '.';
}

bool address_region_is_outlook(const struct address_scanner *s)
{
	return s->token == TOKEN_LITERAL && ascii_begins(s->value.bytes, ADDRESS_OUTLOOK);
}

bool address_region_is_name(const struct address_scanner *s)
{
	bool is_name = s->token == TOKEN_QUOTED;

	for (size_t i = 0; !is_name && s->token == TOKEN_ATOM && i < s->value.len; i++)
		is_name = (unsigned char)s->value.bytes[i] >= 0x80 ||
			  (s->value.bytes[i] >= 'A' && s->value.bytes[i] <= 'Z');
	return is_name;
}

static void add_to_phrase(struct address_region *region, const struct address_scanner *s)
{
	struct str *phrase = &region->phrase;
	bool is_named = address_region_is_word(s->token) && s->token != '.';
	bool is_after_word = address_region_is_word(region->last) && region->last != '.';

	if (s->token == TOKEN_OPEN_QUOTE)
		return;
	if (phrase->len && (s->after_blank || (is_named && is_after_word)))
		str_add_char(phrase, ' ');
	if (is_named)
		str_add_n(phrase, s->value.bytes, s->value.len);
	else
		str_add_n(phrase, s->text + s->start, s->at - s->start);
	region->last = s->token;
}

static void note_token(struct address_region *region, const struct address_scanner *s)
{
	bool is_open = s->token == TOKEN_OPEN_QUOTE || s->token == TOKEN_OPEN_COMMENT;

	if (is_open && !region->has_open)
		region->opened = s->start;
	region->has_open |= is_open;
	region->has_at |= s->token == '@';
	region->has_special |= !address_region_is_word(s->token);
	region->has_word |= address_region_is_word(s->token) && s->token != '.';
	region->is_name |= address_region_is_name(s);
	add_to_phrase(region, s);
}

/* After an open quote or comment, only an angle bracket shows where the name ends. */
static bool ends_region(const struct address_region *region, const struct address_scanner *s)
{
	if (s->token == '<' || s->token == TOKEN_END || s->token == TOKEN_CONTROL ||
	    address_region_is_outlook(s))
		return true;
	if (region->has_open)
		return false;
	return address_region_is_separator(s->token) ||
	       (s->token == ':' && region->has_word && !region->has_at);
}

void address_region_survey(struct address_region *region, struct address_scanner *s)
{
	*region = (struct address_region){ .from = s->start, .phrase = STR_INIT };
	while (!ends_region(region, s)) {
		note_token(region, s);
		address_scanner_next(s);
	}
	region->to = s->start;
}

bool address_region_has_char(const struct address_scanner *s, size_t from, size_t to, char c)
{
	return memchr(s->text + from, c, to - from) != NULL;
}

bool address_region_may_hide(const struct address_scanner *s, size_t from, size_t to)
{
	return address_region_has_char(s, from, to, '@') &&
	       (address_region_has_char(s, from, to, ',') ||
		address_region_has_char(s, from, to, ';'));
}

void address_region_done(struct address_region *region)
{
	str_done(&region->phrase);
}
