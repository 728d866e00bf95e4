/* request.h - a parsed command line: mode, options and recipients */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/composition.h"
#include "cli/mode.h"
#include "conf/settings.h"

#include <stdint.h>

/*
 * The contract with the caller. A person or a mail program looks at the exit status and corrects
 * errors at once. A caller of sendmail(8) ignores the exit status, so each message that could be
 * sent later is kept.
 */
enum contract { CONTRACT_PERSON, CONTRACT_SENDMAIL };

/* -od: when to send. Except for DELIVERY_NOW, the message must be saved first. */
enum delivery_mode { DELIVERY_NOW, DELIVERY_BACKGROUND, DELIVERY_QUEUE_ONLY };

/* -oe: how to report errors, besides the exit status. */
enum error_mode { ERRORS_PRINT, ERRORS_MAIL, ERRORS_QUIET };

/*
 * A parsed command line. `settings` has the options that were given, explicit and with the origin
 * "command line", and defaults otherwise. All texts except those of `settings` are borrowed from
 * argv; NULL: not given.
 */
struct request {
	enum mode mode;
	enum contract contract;
	enum delivery_mode delivery;
	enum error_mode error_mode;
	bool is_sendmail; /* called by one of sendmail's names */
	bool is_debug;
	bool read_recipients;    /* -t: add the recipients in To, Cc and Bcc */
	bool read_envelope_from; /* the sender is the address in the From field */
	bool dsn_is_wish;        /* -N, -R and -V have no effect if the relay has no DSN */
	bool needs_smtputf8;     /* -U */
	const char *config_file; /* -C */
	const char *account;     /* -a */
	const char *envid;       /* -V, in the form that MAIL takes it: xtext of RFC 3461 */
	const char *log_tag;     /* -L, printable and without blanks */
	const char *configured;  /* --configure: an address, as given */
	const char *rmqs;        /* --rmqs: argument of ETRN, printable ASCII without blanks */
	int64_t not_before;      /* --at, in seconds since 1970; 0: now */

	/*
	 * For the modes of the queue. `choice` has the texts of -qI, -qS and -qR, which imply
	 * ignores_schedule.
	 */
	const char *queue_id;      /* an id, or its beginning or end */
	const char *import_folder; /* --queue-import */
	struct {
		const char *id;
		const char *sender;
		const char *recipient;
	} choice;
	bool ignores_schedule; /* -qf */
	bool is_json;          /* --queue-list=json */
	bool is_all_users;     /* --all-users */
	int interval;          /* seconds between runs; 0: one run */

	struct composition composition; /* --to, --subject and so on; read_recipients is set, too */

	struct settings settings;
	const char **recipients; /* each an address list, as given */
	size_t recipient_count;
};

void request_done(struct request *request);
