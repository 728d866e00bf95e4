/* address_region.h - the text before a separator or a bracket of an address field */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/address_scanner.h"

#include <stdbool.h>

#define ADDRESS_OUTLOOK "[mailto:"

/* The text before a separator, an angle bracket or the colon of a group. */
struct address_region {
	size_t from;
	size_t to;     /* start of the token that ends the region */
	size_t opened; /* place of the first open quote or comment */
	bool has_open;
	bool has_at;
	bool has_special; /* a token that is neither word nor dot */
	bool has_word;
	char last;    /* the last token added to the phrase */
	bool is_name; /* a word is quoted, or not in lower case */
	struct str phrase;
};

void address_region_done(struct address_region *region);

bool address_region_is_separator(char token);
/* Whether the token is an atom, a quoted string or a dot. */
bool address_region_is_word(char token);
/* Whether the token is "[mailto:bob@example.org]", as some programs quote a header. */
bool address_region_is_outlook(const struct address_scanner *s);
/* Whether the word is part of a name. A word in lower case may be a local recipient. */
bool address_region_is_name(const struct address_scanner *s);

/*
 * Reads tokens up to the token that ends the region. `phrase` becomes the display name that they
 * make.
 */
void address_region_survey(struct address_region *region, struct address_scanner *s);

/* Whether text[from..to) contains the character. */
bool address_region_has_char(const struct address_scanner *s, size_t from, size_t to, char c);
/* Whether text[from..to), the name of an address, may contain further addresses. */
bool address_region_may_hide(const struct address_scanner *s, size_t from, size_t to);
