/* alias.h - the aliases file: other addresses for local names */
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
bool alias_parse(struct alias_table *table, const char *path, const char *bytes, size_t len,
		 struct err *err) MUST_USE;
/* The same for a file of up to 1 MiB; that it can't be read is ERR_CONFIG, too. */
bool alias_read(struct alias_table *table, const char *path, struct err *err) MUST_USE;

/*
 * Appends `in` with every alias replaced by its targets, theirs included, in the order of the list
 * and of the file; of addresses that are the same the first stays. A name is found by its exact
 * spelling, else without regard to case; a local name that isn't found goes where `default` does,
 * if there is such an entry, and stays as it is if not. An address in `in` with a local domain and no
 * entry of its own goes where the name alone goes, if that has an entry. ERR_CONFIG for a loop, with
 * the names in it, and for an entry with a fault; `out` is then as it was before.
 */
bool alias_expand(const struct alias_table *table, const struct address_list *in,
		  struct address_list *out, struct err *err) MUST_USE;

/* Whether every entry can be expanded: what alias_parse can't see. ERR_CONFIG. */
bool alias_check(const struct alias_table *table, struct err *err) MUST_USE;
