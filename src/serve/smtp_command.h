/* smtp_command.h - parsing the commands of an SMTP client: verbs, paths and parameters; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

#include <stdint.h>

/*
 * The longest command line, without its line end. RFC 5321 section 4.5.3.1.4 asks for at least 510,
 * and more with parameters.
 */
enum { SMTP_COMMAND_LINE_MAX = 4096 };

enum verb {
	VERB_HELO,
	VERB_EHLO,
	VERB_MAIL,
	VERB_RCPT,
	VERB_DATA,
	VERB_RSET,
	VERB_NOOP,
	VERB_VRFY,
	VERB_HELP,
	VERB_QUIT,
	VERB_OTHER, /* known in SMTP, not offered here */
};

/*
 * A command. For MAIL and RCPT, `path` is the address, "" for the null sender. The other members
 * are the parameters of RFC 1870 and RFC 3461 in the form in which they are passed on. They are
 * NULL or 0 if they are missing or longer than allowed.
 */
struct smtp_command {
	enum verb verb;
	char *path;
	uint64_t size;
	char *ret;
	char *envid;
	char *notify;
	char *orcpt;
};

void smtp_command_done(struct smtp_command *command);

/*
 * Parses a command line, given without its line end. On failure `reply` has the reply to send, in
 * one line without an end. `command` is initialised in any case.
 *
 * The parser accepts more than RFC 5321 section 4.1: blanks after the colon, a path without angle
 * brackets, source routes (left out), and UTF-8 in addresses without SMTPUTF8.
 */
bool smtp_command_parse(struct smtp_command *command, const char *line, size_t len,
			struct str *reply) MUST_USE;
