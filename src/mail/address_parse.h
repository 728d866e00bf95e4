/* address_parse.h - reading addresses: RFC 5322 and common mistakes */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "mail/address.h"
#include "mail/address_faults.h"

/*
 * Appends the mailboxes of an address-list, RFC 5322 sections 3.4 and 4.4 with the UTF-8 of RFC
 * 6532: the body of a To field as it stands in the message. Members of groups count as mailboxes,
 * empty elements and empty groups as nothing. Takes time linear in `len`.
 *
 * What callers write beyond the grammar is read where its meaning is plain: any text before
 * "<a@b>", a semicolon or nothing at all between mailboxes, quotes, comments, brackets and groups
 * without an end, "mailto:". An address in a comment, in quotes beside another word or in the place
 * of a name is never taken for a mailbox. ERR_INPUT for anything else, with what was expected
 * where; the list is then as it was before.
 */
bool address_parse_list(const char *text, size_t len, struct address_list *list,
			struct err *err) MUST_USE;

/*
 * The same for all that can be read, with the parts that can't be appended to `faults`: also those
 * whose domain is beyond ASCII and none by IDNA2008, which no relay could be asked about.
 */
void address_parse_readable(const char *text, size_t len, struct address_list *list,
			    struct address_faults *faults);

/*
 * Reads one mailbox as it is given to -f or as a recipient: `a@b`, `<a@b>`, or a bare local name;
 * no display name, no group, no control character. The null sender is the caller's. ERR_INPUT.
 */
bool address_parse_path(const char *text, struct address *address, struct err *err) MUST_USE;

/* Appends the mailbox of a path as address_parse_path() reads it; one that can't be read is left
 * out. */
void address_parse_add_path(struct address_list *list, const char *path);
