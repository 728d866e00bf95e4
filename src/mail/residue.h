/* residue.h - leftovers of mailboxes and editors around a header; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/header.h"

/*
 * Sets `out` to a header line as it is kept, without its line end (LF and any CRs before it).
 * Another CR or NUL becomes a blank; a NUL in a field's name is left out. If the line is above all
 * fields (`is_top`), a byte order mark of UTF-8 is left out, too.
 */
void residue_clean_line(struct str *out, const char *line, size_t len, bool is_top);
/* Whether the line is empty or all blanks. */
bool residue_is_blank(const char *line, size_t len);

/*
 * Whether the line, with or without its line end, separates messages in a mailbox file: "From
 * sender date" in any of its forms, also quoted (">From "), or the four control-A of MMDF. The date
 * may be in any language, or ISO 8601. With `needs_date` a line without a date is no separator.
 */
bool residue_is_separator(const char *line, size_t len, bool needs_date);

/*
 * Whether a line has the name of a field that only messages have. To be used if an empty line
 * precedes the header: a report may have lines such as "Date: today" and "Status: down".
 */
bool residue_is_known_field(const char *line, size_t len);

/*
 * Whether the field describes the message in its sender's mailbox: Return-Path, Content-Length,
 * Lines, Status. RFC 5321 section 4.4.
 */
bool residue_is_field(const struct header *header, const struct header_field *field);

/* Whether a first line is UTF-16, in either byte order, with or without a mark. */
bool residue_is_utf16(const char *line, size_t len);
