/* content.h - the content after DATA: undoing dot-stuffing, finding the end; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

enum content_place { CONTENT_LINE_START, CONTENT_DOT, CONTENT_DOT_CR, CONTENT_TEXT };

/*
 * The content of a message as a client sends it (RFC 5321 section 4.5.2). `is_strict` is for a
 * client that ends its lines with CRLF: only CRLF ends a line, and a dot between bare line feeds is
 * text, so that no part of a message can end it early (SMTP smuggling). Otherwise the client is a
 * local program that ends its lines with LF, and CRLF and LF both end a line.
 */
struct content {
	bool is_strict;
	bool is_ended; /* the line with the lone dot was seen */
	bool has_cr;   /* the last piece ended with a carriage return */
	enum content_place place;
};

/* Prepares for the content of a message. */
void content_begin(struct content *content, bool is_strict);

/*
 * Takes bytes up to the end of the content, and appends the message's text to `out`. Returns the
 * number of bytes used, which is less than `len` only after the end of the content.
 */
size_t content_take(struct content *content, const char *bytes, size_t len, struct str *out);
