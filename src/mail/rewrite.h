/* rewrite.h - other addresses in an address field, and what is odd in it in legal form */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "mail/address.h"

/*
 * Decides what stands for an address. `decide` (NULL: all stay) appends nothing to `out` where it
 * stays as it is, one address that takes its place (phrase, comments and brackets around it stay),
 * or several, which take the place of the phrase, too.
 */
struct rewrite_rule {
	void (*decide)(void *arg, const struct address *address, struct address_list *out);
	void *arg;
};

/*
 * Appends the body of an address field (without its last line end) with every address replaced by
 * what the rule says. Groups, comments and folds stay in a field that RFC 5322 section 3.4 allows.
 * In any other one each mailbox that is odd is written anew, with commas between all. False, with
 * nothing appended, where nothing changes; so it is, too, where a part has no plain meaning.
 */
bool rewrite_field(const char *body, size_t len, const struct rewrite_rule *rule, struct str *out);

/*
 * The same for a field that may have groups: a part without a plain meaning becomes the name of an
 * empty one, which relays take. From and Sender may have none (RFC 5322 section 3.6.2).
 */
bool rewrite_list(const char *body, size_t len, const struct rewrite_rule *rule, struct str *out);
