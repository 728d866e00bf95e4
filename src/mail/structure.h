/* structure.h - the MIME parts of a message, found in one pass over its bytes; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "mail/content_facts.h"
#include "mail/encoding.h"

enum { STRUCTURE_PARTS_MAX = 10000, STRUCTURE_DEPTH_MAX = 100, STRUCTURE_LINE_START = 256 };

enum part_kind {
	PART_LEAF,
	PART_MULTIPART, /* parts between boundaries, RFC 2046 section 5.1 */
	PART_MESSAGE,   /* a message with a header of its own, section 5.2.1 */
};

/*
 * A part. All places count from the beginning of the message. Of a multipart `body` is the text
 * before its first part, and `epilogue` that behind its last one, which begins at `epilogue_at`;
 * `inner_at` is where its first boundary stands. The CRLF before a boundary belongs to the
 * boundary.
 */
struct part {
	size_t parent; /* its number; the message itself is number 0 and its own parent */
	size_t depth;
	enum part_kind kind;
	enum encoding encoding;
	bool has_encoding; /* by a field */
	bool has_type;
	bool has_gap; /* the empty line behind its header */
	bool is_text;
	bool is_digest;
	bool is_fragment; /* message/partial, which must not be encoded, RFC 2046 section 5.2.2.1 */
	bool is_sealed;   /* its body is signed or encrypted, by itself or by what is around it */
	bool is_header_sealed; /* by what is around it */
	bool is_closed;        /* a multipart whose last boundary was seen */
	char *boundary;
	char *charset; /* that its Content-Type names, NULL: none */
	uint64_t header_at;
	uint64_t body_at;
	uint64_t inner_at;
	uint64_t epilogue_at;
	uint64_t end;
	struct content_facts header;
	struct content_facts body;
	struct content_facts epilogue;
};

/* A boundary line with a CR behind the boundary. */
struct boundary_line {
	uint64_t from;
	uint64_t to;
	size_t part; /* whose boundary it is */
	bool is_last;
};

enum structure_place { IN_HEADER, IN_BODY, IN_EPILOGUE };

/*
 * The parts in the order of their headers, so that one comes behind the one that holds it. A
 * multipart that has no boundary, has none in its body, or lies too deep is a leaf. A line that is
 * no field begins the body of a part, where the empty line is missing. A message in it that names
 * an encoding is a leaf only where it does not begin with a field.
 */
struct structure {
	struct part *parts;
	size_t count;
	struct boundary_line *crooked;
	size_t crooked_count;
	bool is_mime; /* has a MIME-Version field */

	/* While bytes come: */
	size_t current;
	enum structure_place place;
	struct content_facts_scan scan;
	struct content_facts_scan scan_before; /* as it was before the line, and so its facts: */
	struct content_facts facts_before;
	struct str header;
	uint64_t at;
	uint64_t line_at;
	char start[STRUCTURE_LINE_START]; /* of the line */
	size_t start_len;
	uint64_t line_len;
	bool is_full;
};

void structure_init(struct structure *structure);
void structure_done(struct structure *structure);
/* Takes the next bytes of a message whose lines end CRLF. */
void structure_take(struct structure *structure, const char *bytes, size_t len);
/* After the last byte. ERR_INPUT: too many parts, or a header of more than MESSAGE_HEADER_MAX. */
bool structure_end(struct structure *structure, struct err *err) MUST_USE;
