/* rewrite.h - replacing addresses in a field, and writing odd ones in legal form */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "mail/address.h"

/*
 * Decides the replacement of an address. `decide` (NULL: all stay) appends nothing to `out` to keep
 * the address; one address to replace it (phrase, comments and brackets around it stay); or
 * several, which replace the phrase, too.
 */
struct rewrite_rule {
	void (*decide)(void *arg, const struct address *address, struct address_list *out);
	void *arg;
};

/*
 * Appends the body of an address field (without its last line end) with every address replaced by
 * the rule. In a field that RFC 5322 section 3.4 allows, groups, comments and folds stay. In any
 * other field each odd mailbox is written anew, and all are separated by commas. Returns false and
 * appends nothing if nothing changes, or if a part has no plain meaning.
 */
bool rewrite_field(const char *body, size_t len, const struct rewrite_rule *rule, struct str *out);

/*
 * The same for a field that may have groups: a part without a plain meaning becomes the name of an
 * empty group, which relays accept. From and Sender can't have groups (RFC 5322 section 3.6.2).
 */
bool rewrite_list(const char *body, size_t len, const struct rewrite_rule *rule, struct str *out);
