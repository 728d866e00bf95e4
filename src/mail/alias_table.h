/* alias_table.h - the aliases file, read, and names found in it */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "mail/address.h"

/*
 * One entry. `name` has a domain where the file names a full address; `line` is where it begins.
 * `fault` says why its targets can't be used; it then has none.
 */
struct alias {
	struct address name;
	struct address_list targets;
	char *fault;
	int line;
};

/*
 * A file's entries, sorted by name. `path` is what errors call the file. `local_domains` may be set
 * by the caller: the domains of this machine, with blanks or commas between them.
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
 * a comment. A line that begins with a blank goes on with the entry above it, unless it has a name
 * of its own and no comma stands before it. Targets are an address list as in a header field. An
 * entry without targets is refused, and so is a name that stands there twice: ERR_CONFIG with file
 * and line; the table is then empty. An entry with a command, a file or `:include:`, as other
 * programs have them, is a fault only for those who use it.
 */
bool alias_table_parse(struct alias_table *table, const char *path, const char *bytes, size_t len,
		       struct err *err) MUST_USE;
/* The same for a file of up to 1 MiB; that it can't be read is ERR_CONFIG, too. */
bool alias_table_read(struct alias_table *table, const char *path, struct err *err) MUST_USE;

/*
 * The entry of that name: of its exact spelling, else the first in the file that is the same but
 * for case; NULL where there is none.
 */
const struct alias *alias_table_find(const struct alias_table *table, const struct address *name);
