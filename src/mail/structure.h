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
 * A part. All offsets count from the start of the message. In a multipart, `body` is the text
 * before the first part, `inner_at` the place of the first boundary, and `epilogue` the text after
 * the last part, which begins at `epilogue_at`. The CRLF before a boundary belongs to the boundary.
 */
struct part {
	size_t parent; /* its index; the message itself is part 0 and its own parent */
	size_t depth;
	enum part_kind kind;
	enum encoding encoding;
	bool has_encoding; /* a field names the encoding */
	bool has_type;
	bool has_gap; /* an empty line follows its header */
	bool is_text;
	bool is_digest;
	bool is_fragment; /* message/partial, which must not be encoded, RFC 2046 section 5.2.2.1 */
	bool is_sealed;   /* the body is signed or encrypted, by itself or by a part around it */
	bool is_header_sealed; /* a part around it is signed or encrypted */
	bool is_closed;        /* a multipart whose last boundary was seen */
	char *boundary;
	char *charset; /* of its Content-Type, NULL: none */
	uint64_t header_at;
	uint64_t body_at;
	uint64_t inner_at;
	uint64_t epilogue_at;
	uint64_t end;
	struct content_facts header;
	struct content_facts body;
	struct content_facts epilogue;
};

/* A boundary line with a CR after the boundary. */
struct boundary_line {
	uint64_t from;
	uint64_t to;
	size_t part; /* the part that the boundary belongs to */
	bool is_last;
};

enum structure_place { IN_HEADER, IN_BODY, IN_EPILOGUE };

/*
 * The parts in the order of their headers, so that each comes after its parent. A multipart is a
 * leaf if it has no boundary, if its body has no boundary line, or if it lies too deep. A line that
 * is no field begins the body of a part without an empty line. An inner message that names an
 * encoding is a leaf, unless it begins with a field.
 */
struct structure {
	struct part *parts;
	size_t count;
	struct boundary_line *crooked;
	size_t crooked_count;
	bool is_mime; /* has a MIME-Version field */

	/* State while bytes come: */
	size_t current;
	enum structure_place place;
	struct content_facts_scan scan;
	struct content_facts_scan scan_before; /* state before the current line, and its facts: */
	struct content_facts facts_before;
	struct str header;
	uint64_t at;
	uint64_t line_at;
	char start[STRUCTURE_LINE_START]; /* of the current line */
	size_t start_len;
	uint64_t line_len;
	bool is_full;
};

void structure_init(struct structure *structure);
void structure_done(struct structure *structure);
/* Takes the next bytes of a message whose lines end CRLF. */
void structure_take(struct structure *structure, const char *bytes, size_t len);
/* Ends the message. ERR_INPUT: too many parts, or a header over MESSAGE_HEADER_MAX. */
bool structure_end(struct structure *structure, struct err *err) MUST_USE;
