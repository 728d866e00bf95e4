/* address_parse.h - reading addresses: RFC 5322 and common mistakes */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "mail/address.h"
#include "mail/address_faults.h"

/*
 * Appends the mailboxes of an address-list, RFC 5322 sections 3.4 and 4.4 with the UTF-8 of RFC
 * 6532: the body of a To field as it is in the message. Members of groups count as mailboxes. Empty
 * elements and empty groups are skipped. Takes time linear in `len`.
 *
 * Forms beyond the grammar are accepted where their meaning is plain: any text before "<a@b>", a
 * semicolon or nothing between mailboxes, "mailto:", and quotes, comments, brackets and groups
 * without an end. An address in a comment, in quotes beside another word or in the place of a name
 * is never taken for a mailbox. Anything else is ERR_INPUT with the place and the expected token;
 * the list is then unchanged.
 */
bool address_parse_list(const char *text, size_t len, struct address_list *list,
			struct err *err) MUST_USE;

/*
 * Appends all mailboxes that can be read. The other parts are appended to `faults`, also addresses
 * with a domain beyond ASCII that is invalid in IDNA2008: no relay could be asked about these.
 */
void address_parse_readable(const char *text, size_t len, struct address_list *list,
			    struct address_faults *faults);

/*
 * Reads one mailbox as -f or a recipient argument gives it: `a@b`, `<a@b>`, or a bare local name.
 * Display names, groups and control characters are refused. The caller handles the null sender.
 * ERR_INPUT.
 */
bool address_parse_path(const char *text, struct address *address, struct err *err) MUST_USE;

/*
 * Appends the mailbox of a path, read by address_parse_path(). A path that can't be read is
 * skipped.
 */
void address_parse_add_path(struct address_list *list, const char *path);
