/* alias_table.h - reading the aliases file and finding names in it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "mail/address.h"

/*
 * An entry. `name` has a domain where the file names a full address; `line` is the first line of
 * the entry. `fault` is the reason why its targets can't be used (NULL: none); `targets` is then
 * empty.
 */
struct alias {
	struct address name;
	struct address_list targets;
	char *fault;
	int line;
};

/*
 * The entries of a file, sorted by name. `path` is the name of the file in errors. The caller may
 * set `local_domains`: the domains of this machine, separated by blanks or commas.
 */
struct alias_table {
	char *path;
	char *local_domains;
	struct alias *items;
	size_t count;
};

void alias_table_done(struct alias_table *table);

/*
 * Reads lines of the form `name: target, target...`, each of any length. `#` outside quotes begins
 * a comment. A line that begins with a blank continues the entry above, unless it has a name of its
 * own and the line before does not end with a comma. Targets are an address list as in a header
 * field. ERR_CONFIG with file and line for an entry without targets and for a repeated name; the
 * table is then empty. A target of other programs (a command, a file or `:include:`) is a fault of
 * its entry only: mail to other names is not affected.
 */
bool alias_table_parse(struct alias_table *table, const char *path, const char *bytes, size_t len,
		       struct err *err) MUST_USE;
/* The same for a file of up to 1 MiB. ERR_CONFIG also where it can't be read. */
bool alias_table_read(struct alias_table *table, const char *path, struct err *err) MUST_USE;

/*
 * Returns the entry with exactly this name, else the first in the file that differs only in case,
 * else NULL.
 */
const struct alias *alias_table_find(const struct alias_table *table, const struct address *name);
