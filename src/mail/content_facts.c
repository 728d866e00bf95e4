/* content_facts.c - properties of the bytes of a header or a body that a relay must support */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/content_facts.h"

#include "base/str.h"

#include <string.h>

void content_facts_begin(struct content_facts_scan *scan, struct content_facts *facts)
{
	*scan = (struct content_facts_scan){ .facts = facts };
}

/* Number of bytes of a character, by its first byte; 0: no character begins with it. */
static size_t sequence_len(unsigned char first)
{
	if (first < 0x80)
		return 1;
	return first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
}

static void take_utf8(struct content_facts_scan *scan, unsigned char byte)
{
	scan->utf8[scan->utf8_len++] = byte;
	size_t whole = sequence_len(scan->utf8[0]);
	if (scan->utf8_len < whole)
		return;
	scan->facts->is_broken_utf8 |=
		!whole || !str_utf8_len((const char *)scan->utf8, scan->utf8_len);
	scan->utf8_len = 0;
}

/* Fast, as most text is ASCII; in other text the search stops at the first fault. */
static void look_at_utf8(struct content_facts_scan *scan, const char *bytes, size_t len)
{
	struct content_facts *facts = scan->facts;

	for (size_t i = 0; i < len && !facts->is_broken_utf8; i++)
		if (scan->utf8_len > 0 || (unsigned char)bytes[i] >= 0x80)
			take_utf8(scan, (unsigned char)bytes[i]);
}

/* Checks eight bytes at once, as all bytes of all messages pass here. */
static bool has_high_bit(const char *bytes, size_t len)
{
	uint64_t all = 0;
	uint64_t word;

	for (; len >= sizeof word; bytes += sizeof word, len -= sizeof word) {
		memcpy(&word, bytes, sizeof word);
		all |= word;
	}
	for (; len > 0; len--)
		all |= (unsigned char)*bytes++;
	return (all & UINT64_C(0x8080808080808080)) != 0;
}

/* Takes a part of a line, without its line end. */
static void take_line_text(struct content_facts_scan *scan, const char *text, size_t len)
{
	struct content_facts *facts = scan->facts;

	if (len == 0)
		return;
	facts->has_bare_cr |= scan->is_after_cr || memchr(text, '\r', len - 1) != NULL;
	scan->line_len += scan->is_after_cr;
	scan->is_after_cr = text[len - 1] == '\r';
	facts->has_nul |= memchr(text, '\0', len) != NULL;
	bool is_8bit = has_high_bit(text, len);
	facts->is_8bit |= is_8bit;
	if (is_8bit || scan->utf8_len > 0)
		look_at_utf8(scan, text, len);
	scan->line_len += len - scan->is_after_cr;
}

static void end_line(struct content_facts_scan *scan)
{
	if (scan->line_len > scan->facts->line_max)
		scan->facts->line_max = scan->line_len;
	scan->line_len = 0;
	scan->is_after_cr = false;
	scan->facts->is_broken_utf8 |= scan->utf8_len > 0;
	scan->utf8_len = 0;
}

void content_facts_take(struct content_facts_scan *scan, const char *bytes, size_t len)
{
	while (len > 0) {
		const char *lf = memchr(bytes, '\n', len);
		size_t text = lf ? (size_t)(lf - bytes) : len;
		take_line_text(scan, bytes, text);
		if (lf)
			end_line(scan);
		text += lf != NULL;
		bytes += text;
		len -= text;
	}
}

void content_facts_end(struct content_facts_scan *scan)
{
	scan->facts->has_bare_cr |= scan->is_after_cr;
	scan->line_len += scan->is_after_cr;
	end_line(scan);
}

void content_facts_look(struct content_facts *facts, const char *bytes, size_t len)
{
	struct content_facts_scan scan;

	content_facts_begin(&scan, facts);
	content_facts_take(&scan, bytes, len);
	content_facts_end(&scan);
}

bool content_facts_are_unfit(const struct content_facts *facts)
{
	return facts->has_nul || facts->has_bare_cr || facts->line_max > CONTENT_LINE_MAX;
}

bool content_facts_are_plain(const struct content_facts *facts)
{
	return !facts->is_8bit && !content_facts_are_unfit(facts);
}
