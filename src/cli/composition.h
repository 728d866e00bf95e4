/* composition.h - what a message is to be made of, as the command line says it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/* The options; those before COMPOSE_SUBJECT take an address list and can be repeated. */
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

/* A file to attach, and what it is called in the message (NULL: as the file). */
struct attachment {
	const char *path;
	const char *name;
};

/* An address list, and the option that it was given by. */
struct addressees {
	enum compose_option option;
	const char *list;
};

/*
 * All texts are borrowed from argv; NULL: not given. "-" as a path is standard input.
 */
struct composition {
	bool is_wanted; /* any of it is given: standard input is no message but a text */
	const char *subject;
	const char *body_file;
	const char *html_file;
	struct attachment *attachments;
	size_t attachment_count;
	struct addressees *addressees;
	size_t addressees_count;
};

void composition_done(struct composition *composition);

/* Takes an option. ERR_USAGE. */
bool composition_take(struct composition *composition, enum compose_option option, const char *text,
		      struct err *err) MUST_USE;
/* Whether all that was taken fits together. ERR_USAGE. */
bool composition_check(const struct composition *composition, struct err *err) MUST_USE;

/* Whether a path is the "-" of standard input. */
bool composition_is_stdin(const char *path);
/* Whether the text is standard input: no other option takes it, and none names another file. */
bool composition_has_text_on_stdin(const struct composition *composition);
/* Whether standard input is needed at all. */
bool composition_reads_stdin(const struct composition *composition);

/* What an attachment is called, without folders. */
const char *composition_attachment_name(const struct attachment *attachment);
