/* config.h - the accounts that the config files define */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/account.h"

/*
 * What the files say. Accounts of the system's file come first, less those that the user's file
 * defines too. `notes` has a line for each file that was looked for (for --pretend and --debug),
 * `warnings` a line for each thing that is not right but no error; the caller prints them.
 * `unreadable` names the files that are there and could not be read, with the reasons. `skipped`
 * has a line for each file that was left out for `is_look`; it is among the warnings, too.
 * `is_distrusted` says that configfile_load has failed for such a file; `cure` is the command by
 * which the first of them can be used.
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
 * Appends "; did you mean NAME?; the accounts are: NAME, NAME" for the name of an account that is
 * none of the first `count`.
 */
void config_add_names(const struct config *config, size_t count, const char *name, struct str *out);

/* The account of that name, or NULL. */
const struct account *config_find(const struct config *config, const char *name);
/* The first account whose `from` fits an address, or NULL. */
const struct account *config_find_sender(const struct config *config, const char *address);
/* Wipes the secrets of all accounts; a copy that was chosen keeps its own (see secret_forget). */
void config_forget_secrets(struct config *config);

/*
 * Moves everything from `level`, which is left empty. Its accounts replace those of the same name,
 * and follow the others. Its notes, and what was skipped, stay where they are.
 */
void config_merge(struct config *config, struct config *level);
