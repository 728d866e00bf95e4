/* alias.h - addresses with other ones in the place of aliases */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/alias_table.h"

/*
 * Appends `in` with every alias replaced by its targets, theirs included, in the order of the list
 * and of the file; of addresses that are the same the first stays. A name is found by its exact
 * spelling, else without regard to case; a local name that isn't found goes where `default` does,
 * if there is such an entry, and stays as it is if not. An address in `in` with a local domain and
 * no entry of its own goes where the name alone goes, if that has an entry. ERR_CONFIG for a loop,
 * with the names in it, and for an entry with a fault; `out` is then as it was before.
 */
bool alias_expand(const struct alias_table *table, const struct address_list *in,
		  struct address_list *out, struct err *err) MUST_USE;

/* Whether every entry can be expanded: what reading can't see. ERR_CONFIG. */
bool alias_check(const struct alias_table *table, struct err *err) MUST_USE;
