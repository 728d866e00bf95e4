/* address_region.h - what stands before a separator or a bracket of an address field */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/address_scanner.h"

#include <stdbool.h>

#define ADDRESS_OUTLOOK "[mailto:"

/* What stands before a separator, an angle bracket or the colon of a group. */
struct address_region {
	size_t from;
	size_t to;     /* where the token begins that ends it */
	size_t opened; /* where the first open quote or comment is */
	bool has_open;
	bool has_at;
	bool has_special; /* anything but words and dots */
	bool has_word;
	char last;    /* the token before */
	bool is_name; /* one of the words is quoted, or not in lower case */
	struct str phrase;
};

void address_region_done(struct address_region *region);

bool address_region_is_separator(char token);
/* Whether the token is an atom, a quoted string or a dot. */
bool address_region_is_word(char token);
/* Whether it is "[mailto:bob@example.org]", as some programs quote a header. */
bool address_region_is_outlook(const struct address_scanner *s);
/* Whether the word is a name's: one in lower case alone may be a recipient at this machine. */
bool address_region_is_name(const struct address_scanner *s);

/* Reads tokens up to the one that ends the region; `phrase` is what they say as a name. */
void address_region_survey(struct address_region *region, struct address_scanner *s);

/* Whether text[from..to) has the character. */
bool address_region_has_char(const struct address_scanner *s, size_t from, size_t to, char c);
/* Whether there may be addresses in it besides the one that it is the name of. */
bool address_region_may_hide(const struct address_scanner *s, size_t from, size_t to);
