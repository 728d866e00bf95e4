/* address.h - checking, comparing and writing addresses */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

/*
 * Octets of a path. RFC 5321 section 4.5.3.1 gives the least that a receiver must support, which is
 * no limit for a sender. A line of a header field is limited to 998 octets, and an address can't be
 * folded.
 */
enum { ADDRESS_MAX = 900 };

/*
 * A mailbox. `display` is the phrase before the angle brackets without its quotes (NULL: none).
 * `local` has the form of RFC 5321 section 4.1.2: quoted only where necessary. `domain` is NULL for
 * a bare local name such as "root".
 *
 * Places in the text that it was read from: `whole` is from the phrase to the closing bracket,
 * `path` is the address alone, `element` is all between the separators around it. `is_odd`: the
 * text was not in the form of RFC 5322 section 3. `is_quoted_whole`: local part and domain stood in
 * quotes together.
 */
struct address {
	char *display;
	char *local;
	char *domain;
	struct address_place {
		size_t from;
		size_t to;
	} whole, path, element;
	bool is_odd;
	bool is_quoted_whole;
};

/*
 * `is_odd`: the text around the mailboxes was not in the form of RFC 5322 section 3.
 * `has_open_group`: a group with members had no end.
 */
struct address_list {
	struct address *items;
	size_t count;
	bool is_odd;
	bool has_open_group;
};

void address_done(struct address *address);
void address_list_done(struct address_list *list);
/* Removes all addresses after the first `count`. */
void address_list_cut(struct address_list *list, size_t count);
/*
 * Checks "local@domain" or "local" before it becomes the path of MAIL or RCPT; each path of these
 * commands must pass here. Refuses characters that could end the path or the line, invalid UTF-8,
 * an invalid domain, and a path longer than ADDRESS_MAX. ERR_INPUT.
 */
bool address_check(const char *path, struct err *err) MUST_USE;

/* Orders two paths; 0: the same mailbox. The case of a domain does not matter. */
int address_compare(const char *a, const char *b);
/*
 * The same for parsed addresses; display names do not count. address_compare_folded() also ignores
 * the case of the local part. Sorting by address_compare_parts() is sorting by it, too.
 */
int address_compare_parts(const struct address *a, const struct address *b);
int address_compare_folded(const struct address *a, const struct address *b);

/* Returns "local@domain", or "local" for a bare name; the caller frees it. */
char *address_path(const struct address *address) MUST_USE;

/*
 * Appends "Name <path>" for a header field; the path alone if `phrase` is NULL or empty. The phrase
 * is quoted where RFC 5322 needs it; beyond ASCII it becomes encoded-words. A name too long for a
 * line is folded. Where `out` is empty, the first line has room for the name of a field.
 */
void address_add_mailbox(struct str *out, const char *phrase, const char *path);
/* Appends the mailboxes of a list, separated by commas and folded into short lines. */
void address_add_list(struct str *out, const struct address_list *list);
