/* config.h - config files, their accounts, and the account that a request is carried out with */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "conf/settings.h"

/* Why an account was chosen. */
enum config_rule {
	CONFIG_BY_NAME,        /* the command line names it */
	CONFIG_BY_HOST,        /* --host: the command line is all there is */
	CONFIG_BY_SENDER,      /* its `from` fits the sender */
	CONFIG_BY_DEFAULT,     /* nothing else fits, and it is called `default` */
	CONFIG_BY_ENVIRONMENT, /* there is none: $SMTPSERVER and $EMAIL */
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
	enum config_rule rule;
	char *own_from; /* its `from`, whatever the caller says; NULL: not one whole address */
	struct settings settings;
};

void account_done(struct account *account);

/*
 * Where the files are looked for, and whose name %U is: `is_by_uid` where the environment may be
 * another user's (called as sendmail), so that $USER does not count. The texts are borrowed.
 */
struct config_places {
	const char *system_folder; /* SYSCONFDIR */
	const char *user_file;     /* -C, which replaces the user's own; NULL: search */
	bool is_by_uid;
	bool is_look; /* nothing will be sent: what root must not trust is skipped */
};

/*
 * What the files say. Accounts of the system's file come first, less those that the user's file
 * defines too. `notes` has a line for each file that was looked for (for --pretend and --debug),
 * `warnings` a line for each thing that is not right but no error; the caller prints them.
 * `unreadable` names the files that are there and could not be read, with the reasons. `skipped`
 * has a line for each file that was left out for `is_look`; it is among the warnings, too.
 * `is_distrusted` says that config_load has failed for such a file; `cure` is the command by which
 * the first of them can be used.
 */
struct config {
	struct account *accounts;
	size_t count;
	char **files;
	size_t file_count;
	struct str notes;
	struct str warnings;
	struct str unreadable;
	struct str skipped;
	struct str cure;
	bool is_distrusted;
};

void config_init(struct config *config);
void config_done(struct config *config);

/* The file of a level that would be read, ours where there is none yet; the caller frees it. */
char *config_system_file(const char *folder) MUST_USE;
char *config_user_file(void) MUST_USE;

/*
 * Reads the system's file and the user's. At each level ours is taken (system: mailchuterc; user:
 * ~/.mailchuterc, then mailchute/config in $XDG_CONFIG_HOME or ~/.config), and msmtp's own file
 * (msmtprc, ~/.msmtprc, msmtp/config) only where there is none. A file that is missing, or that we
 * may not read, is noted, except for one named by user_file: ERR_IO. ERR_IO, too: another reason
 * keeps a file from being opened, such as the limit of open files; its accounts must not be taken
 * for missing. ERR_CONFIG: errors in a file, or somebody else could read a user's file that holds a
 * password, or root is to take commands or secrets from files that root does not own or that others
 * can write (parse.h). ERR_IO: `eval` printed nothing.
 */
bool config_load(struct config *config, const struct config_places *places,
		 struct err *err) MUST_USE;

/*
 * Appends "; did you mean NAME?; the accounts are: NAME, NAME" for the name of an account that is
 * none of the first `count`.
 */
void config_add_names(const struct config *config, size_t count, const char *name, struct str *out);

/* The account of that name, or NULL. */
const struct account *config_find(const struct config *config, const char *name);
/* The first account whose `from` fits an address, or NULL. */
const struct account *config_find_sender(const struct config *config, const char *address);
/* Whether `from` is a pattern, as *@example.org, and no address. */
bool config_is_pattern(const char *text);
/* Whether an address fits `from` of an account. */
bool config_is_sender(const struct settings *settings, const char *address);

/* Wipes the secrets of all accounts; a copy that was chosen keeps its own (see secret_forget). */
void config_forget_secrets(struct config *config);

/* What the command line says about the choice of the account. */
struct config_wish {
	const char *account;             /* -a; NULL: not given */
	const struct settings *settings; /* explicit ones override; `from` also chooses */
	bool is_mail;                    /* a message is to be sent */
};

/*
 * Chooses: the named account; where `host` is explicit none; else the first whose `from` matches
 * the explicit `from`; else `default`; else one made of $SMTPSERVER and $EMAIL. Then what is
 * explicit in the wish is laid over the account (but `from` only where allow_from_override is on).
 * The config must outlive the account. ERR_CONFIG: there is none.
 */
bool config_choose(const struct config *config, const struct config_wish *wish, struct account *out,
		   struct err *err) MUST_USE;

/* `maildomain` without the @ that may stand in front, "" where it is not set. */
const char *config_maildomain(const struct settings *settings);

/*
 * Fills in what depends on the moment: the default ports, % in `domain` and `from`, auto_from.
 * `message_from` is the address in the From field (for %F), NULL where there is none. ERR_CONFIG:
 * %M without a mail name.
 */
bool config_complete(struct account *account, const struct config_places *places,
		     const char *message_from, struct err *err) MUST_USE;

/*
 * Whether a completed account can be used at all: a relay, its port, TLS settings that agree,
 * nothing that this version can't honour, and where `is_mail` says so a sender without % or
 * wildcards. ERR_CONFIG, naming the account and its file.
 */
bool config_check(const struct account *account, bool is_mail, struct err *err) MUST_USE;

/*
 * Whether `from` of a config file or of the environment has no domain. It is wrong where a relay
 * elsewhere gets it; a warning says so. The words begin with the place.
 */
bool config_has_bare_sender(const struct settings *settings);
void config_add_bare_sender(const struct settings *settings, struct str *out);

/*
 * Whether credentials may be sent without verified TLS: to a unix socket, to the loopback interface
 * by number or as localhost (all hosts, and without a proxy), and where the account names a
 * mechanism and `tls off` explicitly. With TLS on: whether the certificate is verified at all, or
 * tls_certcheck off is explicit.
 */
bool config_may_send_credentials(const struct settings *settings);
