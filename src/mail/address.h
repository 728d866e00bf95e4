/* address.h - addresses: RFC 5322 lists in, RFC 5321 form out */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

/*
 * Octets of a path. RFC 5321 section 4.5.3.1 says what a receiver must support at least, which does
 * not limit a sender; but a line of a header field has 998 octets, and an address can't be folded.
 */
enum { ADDRESS_MAX = 900 };

/*
 * A mailbox. `display` is the phrase before the angle brackets without its quotes, NULL where there
 * is none. `local` is as RFC 5321 section 4.1.2 wants it: quoted only where it must be. `domain` is
 * NULL for a bare local name such as "root". Where it was read from a text, `whole` is its place
 * there, from the phrase to the closing bracket, `path` that of the address alone, and `element`
 * all between the separators around it. `is_odd` says that it was not written as RFC 5322 section 3
 * has it; `is_quoted_whole` that it stood in quotes, as the local part of no domain.
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
 * `is_odd` says that what is around the mailboxes was not written as RFC 5322 section 3 has it, and
 * `has_open_group` that a group with members had no end.
 */
struct address_list {
	struct address *items;
	size_t count;
	bool is_odd;
	bool has_open_group;
};

void address_done(struct address *address);
void address_list_done(struct address_list *list);
/* Drops all but the first `count` of a longer list. */
void address_list_cut(struct address_list *list, size_t count);
/*
 * Judges "local@domain" or "local" before it becomes the path of MAIL or RCPT; nothing else that
 * reaches these commands may skip it. Refuses what could end the path or the line, invalid UTF-8, a
 * domain that can't be one, and what is longer than ADDRESS_MAX. ERR_INPUT.
 */
bool address_check(const char *path, struct err *err) MUST_USE;

/* Orders two paths; 0: the same mailbox. Domains are compared without regard to case. */
int address_compare(const char *a, const char *b);
/*
 * The same for what was parsed; names on display do not count. The second takes no regard to case
 * in the local part, either, and its order is the first one's, too, as far as it goes.
 */
int address_compare_parts(const struct address *a, const struct address *b);
int address_compare_folded(const struct address *a, const struct address *b);

/* "local@domain", or "local" for a bare name; the caller frees. */
char *address_path(const struct address *address) MUST_USE;

/*
 * Appends "Name <path>" for a header field, or the path alone where `phrase` is NULL or empty. The
 * phrase is quoted where RFC 5322 needs it, and becomes encoded-words where it isn't ASCII. A name
 * that goes beyond a line is folded, which leaves room for a field's name where `out` is empty.
 */
void address_add_mailbox(struct str *out, const char *phrase, const char *path);
/* Appends the mailboxes of a list with commas between them, folded so that lines stay short. */
void address_add_list(struct str *out, const struct address_list *list);
