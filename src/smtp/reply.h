/* reply.h - a server's replies, read and printed; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { REPLY_LINES_MAX = 1000, REPLY_SHOWN_MAX = 2048 };

/*
 * A reply of one or more lines, RFC 5321 section 4.2. `text` has the lines without their codes,
 * joined by newlines, as the server sent them: it must be made printable before it is shown.
 * `enhanced` is the status code of RFC 2034 in the first line, "" where there is none.
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
/* Makes it ready for the next reply's first line. */
void reply_clear(struct reply *reply);

/*
 * Takes one line, without its line end. REPLY_BAD with ERR_PROTO: no code, a code that differs from
 * the first line's, a code that is none, or too many lines.
 */
enum reply_step reply_add_line(struct reply *reply, const char *line, size_t len, struct err *err);

/*
 * Appends "550 5.1.1 no such user" as one text, made printable, and of very many words the
 * beginning: lines are joined by blanks, and a code that is repeated in each of them is shown once.
 */
void reply_print(const struct reply *reply, struct str *out);
/* The same without the reply code. */
void reply_print_words(const struct reply *reply, struct str *out);
/* The same as reply_print, but with the lines as they came, parted by line ends. */
void reply_print_lines(const struct reply *reply, struct str *out);
/* Appends what reply_print would have, of what reply_print_lines has printed. */
void reply_join(const char *lines, struct str *out);
