/* cli.h - the command line */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "conf/settings.h"

/* What to do; where several were asked for, the last in this order is done. */
enum mode {
	MODE_SEND,
	MODE_SERVERINFO,
	MODE_PRINT_CONFIG,
	MODE_PRETEND,
	MODE_VERSION,
	MODE_HELP,
};

/*
 * What is asked. `settings` holds the options given, explicit and with the origin "command line",
 * and defaults else. All texts but those of `settings` are borrowed from argv.
 */
struct request {
	enum mode mode;
	bool is_debug;
	bool read_recipients;    /* -t: also those in To, Cc and Bcc */
	bool read_envelope_from; /* the sender is the address in the From field */
	const char *config_file; /* -C; NULL: not given */
	const char *account;     /* -a; NULL: not given */
	struct settings settings;
	const char **recipients; /* each an address list, as given */
	size_t recipient_count;
};

/*
 * Options may follow recipients (unless POSIXLY_CORRECT is set), short ones may be combined, long
 * ones abbreviated: the exact name; else a prefix that is unique among msmtp's options; else one
 * unique among all. ERR_USAGE. `request` is initialised in any case.
 */
bool cli_parse(struct request *request, int argc, char *argv[], struct err *err) MUST_USE;
void request_done(struct request *request);

/* Append what --help and --version print (in help.c). */
void cli_help(struct str *out);
void cli_version(struct str *out);
