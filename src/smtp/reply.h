/* reply.h - a server's replies, read and printed; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { REPLY_LINES_MAX = 1000, REPLY_SHOWN_MAX = 2048 };

/*
 * A reply of one or more lines, RFC 5321 section 4.2. `text` has the lines without their codes,
 * joined by newlines, as the server sent them: make it printable before you show it. `enhanced` is
 * the status code of RFC 2034 in the first line, "" if there is none.
 */
struct reply {
	int code;
	char enhanced[12];
	struct str text;
	size_t lines;
};

enum reply_step { REPLY_MORE, REPLY_DONE, REPLY_BAD };

void reply_init(struct reply *reply);
void reply_done(struct reply *reply);
/* Prepares for the first line of the next reply. */
void reply_clear(struct reply *reply);

/*
 * Adds one line, without its line end. REPLY_BAD with ERR_PROTO: the line has no code or no valid
 * one, its code differs from the first line's, or there are too many lines.
 */
enum reply_step reply_add_line(struct reply *reply, const char *line, size_t len, struct err *err);

/*
 * Appends "550 5.1.1 no such user" as one printable text; a very long one is cut. Lines are joined
 * by blanks, and a code that each of them repeats is shown once.
 */
void reply_print(const struct reply *reply, struct str *out);
/* Like reply_print, without the reply code. */
void reply_print_words(const struct reply *reply, struct str *out);
/* Like reply_print, with the lines separate, as they came. */
void reply_print_lines(const struct reply *reply, struct str *out);
/* Converts output of reply_print_lines to that of reply_print. */
void reply_join(const char *lines, struct str *out);
