/* account.h - an account: its settings, its senders, and what depends on the moment */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/expand.h"
#include "conf/settings.h"

/* Why an account was chosen. */
enum account_rule {
	ACCOUNT_BY_NAME,        /* the command line names it */
	ACCOUNT_BY_HOST,        /* --host: the command line is all there is */
	ACCOUNT_BY_SENDER,      /* its `from` fits the sender */
	ACCOUNT_BY_DEFAULT,     /* nothing else fits, and it is called `default` */
	ACCOUNT_BY_ENVIRONMENT, /* there is none: $SMTPSERVER and $EMAIL */
};

/*
 * An account as it was read, or one that was chosen, by `rule`. A chosen one that comes from no
 * file has `name` and `file` NULL. `file` is borrowed from the config; for an account that is built
 * on others it is the file of the last of them. `line` is where the account begins, 0 where that is
 * in another file.
 */
struct account {
	char *name;
	const char *file;
	int line;
	enum account_rule rule;
	char *own_from; /* its `from`, whatever the caller says; NULL: not one whole address */
	struct settings settings;
};

void account_done(struct account *account);

/* Whether `from` is a pattern, as *@example.org, and no address. */
bool account_is_pattern(const char *text);
/* Whether an address fits `from` of an account. */
bool account_is_sender(const struct settings *settings, const char *address);

/* `maildomain` without the @ that may stand in front, "" where it is not set. */
const char *account_maildomain(const struct settings *settings);

/*
 * Fills in what depends on the moment: the default ports, % in `domain` and `from`, auto_from.
 * `message_from` is the address in the From field (for %F), NULL where there is none. ERR_CONFIG:
 * %M without a mail name.
 */
bool account_complete(struct account *account, const struct expansion *expansion,
		      struct err *err) MUST_USE;
