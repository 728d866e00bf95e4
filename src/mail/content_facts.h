/* content_facts.h - what the bytes of a header or a body ask of a relay */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest line that may be sent, without its CRLF. RFC 5322 section 2.1.1. */
enum { CONTENT_LINE_MAX = 998 };

/* All zeros: lines of ASCII that are short enough. */
struct content_facts {
	bool is_8bit;
	bool is_broken_utf8; /* some of it is beyond ASCII, and not UTF-8 */
	bool has_nul;
	bool has_bare_cr;
	uint64_t line_max; /* octets of the longest line, without CRLF */
};

/*
 * Looks at bytes that come in pieces. A CR at the end of a piece is judged by what follows it, and
 * a character of UTF-8 may be cut anywhere. RFC 3629.
 */
struct content_facts_scan {
	struct content_facts *facts;
	uint64_t line_len;
	bool is_after_cr;
	unsigned char utf8[4]; /* a character that has begun */
	size_t utf8_len;
};

/* Begins a text; `facts`, which are zeros, grow with each piece. */
void content_facts_begin(struct content_facts_scan *scan, struct content_facts *facts);
void content_facts_take(struct content_facts_scan *scan, const char *bytes, size_t len);
/* The bytes end here, maybe within a line. */
void content_facts_end(struct content_facts_scan *scan);

/* The same for all bytes at once. */
void content_facts_look(struct content_facts *facts, const char *bytes, size_t len);

/* Whether every relay takes it as it is. */
bool content_facts_are_plain(const struct content_facts *facts);
/* Whether no relay takes it as it is: lines that are too long, CR or NUL. */
bool content_facts_are_unfit(const struct content_facts *facts);
