/* content.h - what follows DATA: dots undone, the end found; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

enum content_place { CONTENT_LINE_START, CONTENT_DOT, CONTENT_DOT_CR, CONTENT_TEXT };

/*
 * The content of a message as a client sends it, RFC 5321 section 4.5.2. With `is_strict`, for a
 * client that ends its lines CRLF, only CRLF makes a line: a dot between bare line feeds is text,
 * so that nothing in a message can end it early. Without it, for a local program that ends its
 * lines LF, either line end will do.
 */
struct content {
	bool is_strict;
	bool is_ended; /* the line with the lone dot was seen */
	bool has_cr;   /* what was taken last ended in a carriage return */
	enum content_place place;
};

/* A message begins. */
void content_begin(struct content *content, bool is_strict);

/*
 * Takes bytes up to the end of the content, and appends to `out` what the message is. Returns how
 * many were used; fewer than `len` only behind the end.
 */
size_t content_take(struct content *content, const char *bytes, size_t len, struct str *out);
