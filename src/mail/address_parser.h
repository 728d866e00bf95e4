/* address_parser.h - the state of reading address fields, and its errors */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "mail/address.h"
#include "mail/address_scanner.h"

/* The state of reading one text into a list. */
struct address_parser {
	struct address_scanner s;
	size_t item;    /* start of the element, for the text of an error */
	size_t element; /* end of the separator before the element */
	bool is_in_group;
	bool judges_domains;     /* a domain must be valid by IDNA2008 */
	bool is_path;            /* the text is one address in a form of RFC 5321 */
	bool is_after_item;      /* no separator since the last element */
	bool is_after_separator; /* only separators since the last separator */
	bool is_in_angle;
	bool takes_all;     /* the rest of the text has no plain meaning, separators or not */
	bool is_odd;        /* of the element */
	size_t group_first; /* length of the list at the start of the group */
	struct address_list *list;
	struct err *err;
};

/* `text` is borrowed. The other members start as zeros. */
void address_parser_begin(struct address_parser *p, const char *text, size_t len);
void address_parser_done(struct address_parser *p);

/*
 * Sets ERR_INPUT with the place where the text stops being an address list, and the expected token.
 * Returns false.
 */
bool address_parser_expected(struct address_parser *p, size_t at, const char *what);
/* The same for a control character; no text after it has a plain meaning. */
bool address_parser_control(struct address_parser *p);
