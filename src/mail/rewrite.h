/* rewrite.h - other addresses in an address field, and nothing else of it changed */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "mail/address.h"

/*
 * Decides what stands for an address. `decide` appends nothing to `out` where it stays as it is,
 * one address that takes its place (phrase, comments and brackets around it stay), or several,
 * which take the place of the phrase, too.
 */
struct rewrite_rule {
	void (*decide)(void *arg, const struct address *address, struct address_list *out);
	void *arg;
};

/*
 * Appends the body of an address field (without its last line end) with every address replaced by
 * what the rule says. Groups, comments and folds stay. False, with nothing appended, where nothing
 * changes: the rule leaves all as they are, or the body is no address list.
 */
bool rewrite_field(const char *body, size_t len, const struct rewrite_rule *rule, struct str *out);
