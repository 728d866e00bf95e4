/* composition.h - the parts of a message to make, as the command line names them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * The options that make a message. Those before COMPOSE_SUBJECT take an address list and may be
 * repeated.
 */
enum compose_option {
	COMPOSE_TO,
	COMPOSE_CC,
	COMPOSE_BCC,
	COMPOSE_REPLY_TO,
	COMPOSE_SUBJECT,
	COMPOSE_BODY_FILE,
	COMPOSE_HTML_FILE,
	COMPOSE_ATTACH,
	COMPOSE_ATTACH_NAME,
};

/* A file to attach, and its name in the message (NULL: the file's own name). */
struct attachment {
	const char *path;
	const char *name;
};

/* An address list, and the option that gave it. */
struct addressees {
	enum compose_option option;
	const char *list;
};

/*
 * The parts of a message to make. All texts are borrowed from argv; NULL: not given. The path "-"
 * is standard input.
 */
struct composition {
	bool is_wanted; /* an option is given: standard input is a text, not a message */
	const char *subject;
	const char *body_file;
	const char *html_file;
	struct attachment *attachments;
	size_t attachment_count;
	struct addressees *addressees;
	size_t addressees_count;
};

void composition_done(struct composition *composition);

/* Adds an option. ERR_USAGE. */
bool composition_take(struct composition *composition, enum compose_option option, const char *text,
		      struct err *err) MUST_USE;
/* Checks that all options fit together. ERR_USAGE. */
bool composition_check(const struct composition *composition, struct err *err) MUST_USE;

/* Whether a path is the "-" of standard input. */
bool composition_is_stdin(const char *path);
/*
 * Whether standard input is the text: no option attaches it, and no option names a file for the
 * text.
 */
bool composition_has_text_on_stdin(const struct composition *composition);
/* Whether standard input is read. */
bool composition_reads_stdin(const struct composition *composition);

/* The name of an attachment, without folders. */
const char *composition_attachment_name(const struct attachment *attachment);
