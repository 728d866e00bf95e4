/* address_parser.h - the state of reading address fields, and its errors */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "mail/address.h"
#include "mail/address_scanner.h"

/* A text on its way into a list. */
struct address_parser {
	struct address_scanner s;
	size_t item;    /* where the element begins that an error shows */
	size_t element; /* the end of the separator before it */
	bool is_in_group;
	bool judges_domains;     /* one that IDNA2008 does not know makes no address */
	bool is_path;            /* one address is wanted, in a form of RFC 5321 */
	bool is_after_item;      /* no separator was read after an element */
	bool is_after_separator; /* nothing but separators was read after one */
	bool is_in_angle;
	bool takes_all;     /* the rest has no plain meaning, separators or not */
	bool is_odd;        /* the element is */
	size_t group_first; /* the list's length when the group began */
	struct address_list *list;
	struct err *err;
};

/* `text` is borrowed. The other members begin as zeros. */
void address_parser_begin(struct address_parser *p, const char *text, size_t len);
void address_parser_done(struct address_parser *p);

/* Says where the text stops being an address list and what it should have had there; false. */
bool address_parser_expected(struct address_parser *p, size_t at, const char *what);
/* The same for a control character, after which nothing has a plain meaning. */
bool address_parser_control(struct address_parser *p);
