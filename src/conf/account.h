/* account.h - an account: its settings, its senders, and completing it at run time */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/expand.h"
#include "conf/settings.h"

/* The rule by which an account was chosen. */
enum account_rule {
	ACCOUNT_BY_NAME,        /* the command line names the account */
	ACCOUNT_BY_HOST,        /* --host: all settings are from the command line */
	ACCOUNT_BY_SENDER,      /* the account's `from` matches the sender */
	ACCOUNT_BY_DEFAULT,     /* no rule above applies; the account is called `default` */
	ACCOUNT_BY_ENVIRONMENT, /* there is no such account: $SMTPSERVER and $EMAIL */
};

/*
 * An account as it was read, or the copy that was chosen by `rule`. A chosen account that comes
 * from no file has `name` and `file` NULL. `file` is borrowed from the config; for an account that
 * is built on others it is the file of the last of these. `line` is the first line of the account,
 * 0 if that is in another file.
 */
struct account {
	char *name;
	const char *file;
	int line;
	enum account_rule rule;
	char *own_from; /* `from` of the account, before the command line's; NULL: no full address
			 */
	struct settings settings;
};

void account_done(struct account *account);

/* True if `from` is a pattern such as *@example.org, and no address. */
bool account_is_pattern(const char *text);
/* True if an address matches `from` of an account; "+detail" in the address is ignored. */
bool account_is_sender(const struct settings *settings, const char *address);

/* `maildomain` without a leading @, "" if it is not set. */
const char *account_maildomain(const struct settings *settings);

/*
 * Fills in the settings that depend on other settings, the user or the message: the default ports,
 * % in `domain` and `from`, auto_from. ERR_CONFIG: %M without a mail name.
 */
bool account_complete(struct account *account, const struct expansion *expansion,
		      struct err *err) MUST_USE;
