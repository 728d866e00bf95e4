/* header.h - a message's header as an index over its bytes */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "mail/address.h"
#include "mail/address_faults.h"

/* The role of an input line while the header is read. */
enum header_line {
	HEADER_LINE_FIELD,        /* begins a field */
	HEADER_LINE_CONTINUATION, /* continues the field above it */
	HEADER_LINE_EMPTY,        /* ends the header */
	HEADER_LINE_MBOX,         /* "From someone Mon ...", as in mailbox files and patches */
	HEADER_LINE_OTHER,        /* begins the body, without an empty line */
};

/*
 * Classifies a line, with or without its line end; a prefix of a long line is enough if it contains
 * the colon. `is_first`: the first line of the input, which may be a From_ line and can't be a
 * continuation. A field's name is printable ASCII without a colon, RFC 5322 section 3.6.8; blanks
 * before the colon are its obsolete form.
 */
enum header_line header_line_kind(const char *line, size_t len, bool is_first);

/* Offsets into the header's bytes; `body` is after the colon, `end` after the last line end. */
struct header_field {
	size_t start;
	size_t name_len;
	size_t body;
	size_t end;
};

/* A header. `bytes` is borrowed; `len` is the end of the last field. */
struct header {
	const char *bytes;
	size_t len;
	struct header_field *fields;
	size_t count;
};

/*
 * Indexes a header whose lines end CRLF or LF, up to its first empty line. A line that belongs to
 * no field is added to the field above it; on top it is skipped.
 */
void header_index(struct header *header, const char *bytes, size_t len);
void header_done(struct header *header);

/* Names are compared without regard to case. */
bool header_is(const struct header *header, const struct header_field *field, const char *name);
/* Returns the first field of that name, or NULL. */
const struct header_field *header_find(const struct header *header, const char *name);
/* Whether the header has a field of that name with more than blanks in its body. */
bool header_has_content(const struct header *header, const char *name);

/* Returns the text after the colon, with its folds, without the last line end; not terminated. */
const char *header_body(const struct header *header, const struct header_field *field, size_t *len);
/* The same without the blank after the colon. */
const char *header_value(const struct header *header, const struct header_field *field,
			 size_t *len);
/* Appends the body without folds and without blanks at both ends. RFC 5322 section 2.2.3. */
void header_add_unfolded(const struct header *header, const struct header_field *field,
			 struct str *out);

/*
 * Appends the recipients that the header names, in order: those of every To, Cc and Bcc. In a
 * resent message: those of Resent-To, Resent-Cc and Resent-Bcc in the first block of adjacent
 * Resent- fields that has such a field. RFC 5322 section 3.6.6. A part without a plain meaning is
 * appended to `faults` with the name of its field; if `faults` is NULL, it is ERR_INPUT.
 */
bool header_recipients(const struct header *header, struct address_list *list,
		       struct address_faults *faults, struct err *err) MUST_USE;

/* Appends, in order, the addresses of every field of that name, as far as they can be read. */
void header_addresses(const struct header *header, const char *name, struct address_list *list);

/*
 * Returns the first address of the first From that has an address, or of a Resent-From before it.
 * Without any, `sender->local` stays NULL; that is no failure. ERR_INPUT names the field.
 */
bool header_sender(const struct header *header, struct address *sender, struct err *err) MUST_USE;
