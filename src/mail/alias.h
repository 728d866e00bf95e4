/* alias.h - replacing aliases by their addresses */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/alias_table.h"

/*
 * Appends `in` with every alias replaced by its targets, recursively, in the order of the list and
 * of the file; of equal addresses the first stays. An alias is found by its exact spelling, else
 * without regard to case. A local name without an alias is replaced by the targets of `default`, if
 * there is such an entry; else it stays. An address in `in` with a local domain and no entry of its
 * own is replaced like the name alone, if the name has an entry. ERR_CONFIG for a loop, with the
 * names in it, and for an entry with a fault; `out` is then unchanged.
 */
bool alias_expand(const struct alias_table *table, const struct address_list *in,
		  struct address_list *out, struct err *err) MUST_USE;

/* Whether every entry can be expanded: finds loops, which reading can't. ERR_CONFIG. */
bool alias_check(const struct alias_table *table, struct err *err) MUST_USE;
