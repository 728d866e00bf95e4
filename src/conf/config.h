/* config.h - the accounts that the config files define */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/account.h"

/*
 * The content of the config files. Accounts of the system's file come first, without those that the
 * user's file redefines.
 *
 * `notes` has a line for each file that was looked for (printed by --pretend and --debug),
 * `warnings` a line for each doubtful value; the caller prints both. `unreadable` names the files
 * that exist and could not be read, with the reasons.
 *
 * A file that root must not trust makes configfile_load fail and sets `is_distrusted`; with
 * `is_look` it is left out instead, which adds a line to `skipped` and `warnings`. `cure` has the
 * commands that make these files acceptable.
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

/*
 * Appends "; did you mean NAME?; the accounts are: NAME, NAME" for a name that none of the first
 * `count` accounts has.
 */
void config_add_names(const struct config *config, size_t count, const char *name, struct str *out);

/* The account of that name, or NULL. */
const struct account *config_find(const struct config *config, const char *name);
/* The first account whose `from` matches an address, or NULL. */
const struct account *config_find_sender(const struct config *config, const char *address);
/*
 * Wipes the secrets of all accounts (see secret_forget). The copy that selection_choose has made
 * keeps its own.
 */
void config_forget_secrets(struct config *config);

/*
 * Moves the accounts, files and warnings of `level` to `config`. The moved accounts replace those
 * of the same name, and follow the others. The notes and the skipped files of `level` are not
 * moved.
 */
void config_merge(struct config *config, struct config *level);
