/* header.h - a message's header as an index over its bytes */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "mail/address.h"
#include "mail/address_faults.h"

/* What a line of the input is while the header goes on. */
enum header_line {
	HEADER_LINE_FIELD,        /* begins a field */
	HEADER_LINE_CONTINUATION, /* goes on with the field above it */
	HEADER_LINE_EMPTY,        /* ends the header */
	HEADER_LINE_MBOX,         /* "From someone Mon ...", as in mailbox files and patches */
	HEADER_LINE_OTHER,        /* the body begins here, without an empty line */
};

/*
 * Judges one line, with or without its line end; of a long line its beginning is enough once the
 * colon is in it. `is_first` is true for the first line of the input: only there is a From_ line,
 * and nothing that could be continued. A field's name is printable ASCII without a colon, RFC 5322
 * section 3.6.8; blanks before the colon are its obsolete form.
 */
enum header_line header_line_kind(const char *line, size_t len, bool is_first);

/* Offsets into the header's bytes; `body` is behind the colon, `end` behind the last line end. */
struct header_field {
	size_t start;
	size_t name_len;
	size_t body;
	size_t end;
};

/* Borrows its bytes. `len` ends behind the last field. */
struct header {
	const char *bytes;
	size_t len;
	struct header_field *fields;
	size_t count;
};

/*
 * Indexes a header block whose lines end CRLF or LF, up to its first empty line. A line that
 * belongs to no field is counted to the field above it, and passed over on top.
 */
void header_index(struct header *header, const char *bytes, size_t len);
void header_done(struct header *header);

/* Names are compared without regard to case. */
bool header_is(const struct header *header, const struct header_field *field, const char *name);
/* The first field of that name, or NULL. */
const struct header_field *header_find(const struct header *header, const char *name);
/* Whether a field of that name stands there with more than blanks in its body. */
bool header_has_content(const struct header *header, const char *name);

/* What is behind the colon, folds included, without the last line end; not terminated. */
const char *header_body(const struct header *header, const struct header_field *field, size_t *len);
/* The same without the blank after the colon. */
const char *header_value(const struct header *header, const struct header_field *field,
			 size_t *len);
/* Appends the body, its folds undone and the blanks around it left out. RFC 5322 section 2.2.3. */
void header_add_unfolded(const struct header *header, const struct header_field *field,
			 struct str *out);

/*
 * Appends the recipients that the header names, in order: those of every To, Cc and Bcc; or, in a
 * message that was resent, those of Resent-To, Resent-Cc and Resent-Bcc in the first block of
 * adjacent Resent- fields that has one of these. RFC 5322 section 3.6.6. What has no plain meaning
 * is appended to `faults`, each of which names its field; without these it is ERR_INPUT.
 */
bool header_recipients(const struct header *header, struct address_list *list,
		       struct address_faults *faults, struct err *err) MUST_USE;

/* Appends the addresses of every field of that name that can be read, in order. */
void header_addresses(const struct header *header, const char *name, struct address_list *list);

/*
 * The first address of the first From that has one, or of Resent-From where that stands before it.
 * `sender->local` stays NULL where there is none, which is no failure. ERR_INPUT names the field.
 */
bool header_sender(const struct header *header, struct address *sender, struct err *err) MUST_USE;
