/* reply.h - a server's replies, and the capabilities in one of them; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "smtp/phase.h"

#include <stdint.h>

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
 * Whether the reply is a success in that phase. If not: ERR_DEFER for 4yz, and for 552 to RCPT,
 * which means too many recipients (RFC 5321 section 4.5.3.1.10); for any other 5yz the kind that
 * remedy_kind finds, else the phase's own; ERR_PROTO for the rest. The text begins with the
 * server's code.
 */
bool reply_judge(const struct reply *reply, enum phase phase, struct err *err) MUST_USE;

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

enum capability {
	CAP_PIPELINING = 1 << 0, /* RFC 2920 */
	CAP_SIZE = 1 << 1,       /* RFC 1870 */
	CAP_8BITMIME = 1 << 2,   /* RFC 6152 */
	CAP_DSN = 1 << 3,        /* RFC 3461 */
	CAP_SMTPUTF8 = 1 << 4,   /* RFC 6531 */
	CAP_STARTTLS = 1 << 5,   /* RFC 3207 */
	CAP_AUTH = 1 << 6,       /* RFC 4954 */
	CAP_LIMITS = 1 << 7,     /* RFC 9422 */
	CAP_CHUNKING = 1 << 8,   /* RFC 3030 */
	CAP_ETRN = 1 << 9,       /* RFC 1985 */
};

/* What a server offers. `mechanisms` are upper case with a blank before and behind each. */
struct capabilities {
	unsigned has;
	uint64_t size_limit; /* 0: none told */
	uint64_t mail_max;   /* messages in one session; 0: none told */
	struct str mechanisms;
};

void capabilities_done(struct capabilities *capabilities);

/*
 * Reads the reply to EHLO or LHLO: its first line is the server's name, each other line a keyword
 * and its parameters, RFC 5321 section 4.1.1.1. What was known before is forgotten.
 */
void capabilities_read(struct capabilities *capabilities, const struct reply *reply);

/*
 * Forgets extensions that are offered and not to be used, with what was told of them: those that a
 * list of conf/extensions.h names (NULL: none). STARTTLS and AUTH stay.
 */
void capabilities_ignore(struct capabilities *capabilities, const char *list);

/* Appends the keywords of some of them (enum capability), with blanks between. */
void capabilities_print(unsigned extensions, struct str *out);

/* Those that a list of conf/extensions.h names. */
unsigned capabilities_parse(const char *list);

/* Whether AUTH offers that mechanism (upper case). */
bool capabilities_has_mechanism(const struct capabilities *capabilities, const char *mechanism);
