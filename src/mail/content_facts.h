/* content_facts.h - properties of the bytes of a header or a body that a relay must support */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest line that may be sent, without its CRLF. RFC 5322 section 2.1.1. */
enum { CONTENT_LINE_MAX = 998 };

/* Properties of bytes that a relay must support. All zeros: ASCII in short lines. */
struct content_facts {
	bool is_8bit;
	bool is_broken_utf8; /* has bytes beyond ASCII that are not UTF-8 */
	bool has_nul;
	bool has_bare_cr;
	uint64_t line_max; /* octets of the longest line, without CRLF */
};

/*
 * Collects facts from bytes that come in pieces. A CR at the end of a piece is judged by the next
 * byte; a piece may end within a UTF-8 character. RFC 3629.
 */
struct content_facts_scan {
	struct content_facts *facts;
	uint64_t line_len;
	bool is_after_cr;
	unsigned char utf8[4]; /* the unfinished character */
	size_t utf8_len;
};

/* Starts a scan; `facts` must be zeros, and grows with each piece. */
void content_facts_begin(struct content_facts_scan *scan, struct content_facts *facts);
void content_facts_take(struct content_facts_scan *scan, const char *bytes, size_t len);
/* Ends the bytes, maybe within a line. */
void content_facts_end(struct content_facts_scan *scan);

/* Collects the facts of bytes that are all there. */
void content_facts_look(struct content_facts *facts, const char *bytes, size_t len);

/* Whether every relay accepts such bytes unchanged. */
bool content_facts_are_plain(const struct content_facts *facts);
/* Whether no relay accepts such bytes unchanged: too long lines, CR or NUL. */
bool content_facts_are_unfit(const struct content_facts *facts);
