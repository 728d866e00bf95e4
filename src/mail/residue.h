/* residue.h - what mailboxes and editors leave around a message's header; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/header.h"

/*
 * Sets `out` to a line of the header as it is kept, without its line end. CRs before the LF are
 * part of that; a CR or a NUL elsewhere becomes a blank, save that a NUL in a field's name is left
 * out. Where no field is above it (`is_top`), a byte order mark of UTF-8 is left out, too.
 */
void residue_clean_line(struct str *out, const char *line, size_t len, bool is_top);
/* Whether it is nothing but blanks. */
bool residue_is_blank(const char *line, size_t len);

/*
 * Whether the line, with or without its line end, parts messages in a mailbox file: "From sender
 * date" in any of its forms, also quoted (">From "), or the four control-A of MMDF. The date may be
 * in any language, or ISO 8601. With `needs_date` a line without any date is none.
 */
bool residue_is_separator(const char *line, size_t len, bool needs_date);

/*
 * Whether a line that begins a field is more than a text with a colon: its name is one that only
 * messages have. To be asked where an empty line stands above the header. A report may have lines
 * such as "Date: today" and "Status: down".
 */
bool residue_is_known_field(const char *line, size_t len);

/*
 * Whether the field says what became of the message in its sender's mailbox, or how long it was
 * there: Return-Path, Content-Length, Lines, Status. RFC 5321 section 4.4.
 */
bool residue_is_field(const struct header *header, const struct header_field *field);

/* Whether a first line is UTF-16, of either byte order, with or without a mark. */
bool residue_is_utf16(const char *line, size_t len);
