/* address_parser.c - the state of reading address fields, and its errors */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address_parser.h"

#include "base/i18n.h"

/* Bytes of a broken text that an error shows. */
#define EXCERPT_MAX 60

void address_parser_begin(struct address_parser *p, const char *text, size_t len)
{
	address_scanner_init(&p->s, text, len);
}

void address_parser_done(struct address_parser *p)
{
	address_scanner_done(&p->s);
}

/* Appends text[from..to), unfolded, printable and shortened. */
static void add_excerpt(struct str *out, const struct address_scanner *s, size_t from, size_t to)
{
	CLEANUP(str_done) struct str part = STR_INIT;

	for (size_t i = from; i < to && part.len < EXCERPT_MAX; i++) {
		bool is_line_end = s->text[i] == '\r' || s->text[i] == '\n';
		bool is_leading = part.len == 0 && s->text[i] == ' ';
		if (is_line_end && address_scanner_blank(s, i))
			i += address_scanner_blank(s, i) - 1;
		else if (!is_leading)
			str_add_char(&part, s->text[i]);
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

/* The next comma, at most as far as an excerpt can reach if it had a fold at each blank. */
static size_t find_end(const struct address_scanner *s, size_t at)
{
	size_t end = s->len - at > 4 * EXCERPT_MAX ? at + 4 * EXCERPT_MAX : s->len;

	for (size_t i = at + 1; i < end; i++)
		if (s->text[i] == ',')
			return i;
	return end;
}

bool address_parser_expected(struct address_parser *p, size_t at, const char *what)
{
	CLEANUP(str_done) struct str item = STR_INIT;
	CLEANUP(str_done) struct str rest = STR_INIT;
	const struct address_scanner *s = &p->s;
	size_t end = find_end(s, at);

	add_excerpt(&item, s, p->item, end);
	add_excerpt(&rest, s, at, end);
	if (!rest.len)
		return err_set(p->err, ERR_INPUT, _("'%s': at the end: %s"), item.bytes, what);
	if (at <= p->item)
		return err_set(p->err, ERR_INPUT, "'%s': %s", item.bytes, what);
	return err_set(p->err, ERR_INPUT, _("'%s': at '%s': %s"), item.bytes, rest.bytes, what);
}

bool address_parser_control(struct address_parser *p)
{
	p->takes_all = true;
	return address_parser_expected(p, p->s.start, _("expected no control character"));
}
