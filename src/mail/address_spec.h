/* address_spec.h - one address of a field: local part, domain, and the brackets around them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/address.h"
#include "mail/address_parser.h"
#include "mail/address_region.h"

/* The words of a local part, and those before it, which may be a name. */
struct address_words {
	struct str local;
	struct str shown; /* the local part as a word of a name */
	struct str name;
	size_t from;  /* where the local part begins */
	size_t gap;   /* where a word follows a word without a dot, as in no local part; 0: none */
	size_t count; /* of tokens */
	char last;    /* the last of them */
	bool is_name; /* what is before the local part looks like one */
	bool may_be_one; /* what is taken for the local part does */
	bool is_quoted;  /* it has a quoted string */
	bool is_spaced;  /* it has blanks or comments around its dots */
	bool is_apart;   /* a blank stands between name and local part */
	size_t lopsided; /* where a word follows a dot with a blank, as in "Dr. Bob"; 0: none */
};

#define ADDRESS_WORDS_INIT                                                                         \
	{                                                                                          \
		.local = STR_INIT, .shown = STR_INIT, .name = STR_INIT                             \
	}

/* An address on its way into the list. */
struct address_found {
	struct address_words words;
	struct str domain;
	const char *phrase;
	struct address_place path;
	struct address_place whole;
};

#define ADDRESS_FOUND_INIT                                                                         \
	{                                                                                          \
		.words = ADDRESS_WORDS_INIT, .domain = STR_INIT                                    \
	}

void address_spec_words_done(struct address_words *words);
void address_spec_found_done(struct address_found *found);

/* Passes over "mailto:"; whether it was there. */
bool address_spec_skip_scheme(struct address_parser *p);
/* Passes over brackets that are too many: "Bob <<bob@example.org>>". */
void address_spec_skip_brackets(struct address_parser *p, char bracket);
/* Reads words and dots. */
void address_spec_read_words(struct address_parser *p, struct address_words *words);
/* Whether they are a local part, with a name before it where that is taken. ERR_INPUT. */
bool address_spec_judge_local(struct address_parser *p, const struct address_words *words,
			      bool takes_name);
/* Reads "@domain" where it is there, and passes over what follows in a URL. ERR_INPUT. */
bool address_spec_read_domain(struct address_parser *p, struct address_words *words,
			      struct str *domain, bool is_url);
/* Appends what was found. ERR_INPUT. */
bool address_spec_add(struct address_parser *p, struct address_found *found);

/* Read "<bob@example.org>" and "[mailto:bob@example.org]" after a phrase (NULL: none). ERR_INPUT.
 */
bool address_spec_read_angle(struct address_parser *p, const char *phrase);
bool address_spec_read_outlook(struct address_parser *p, const char *phrase);

/*
 * Reads on after the words of an address without brackets, up to `end`, and appends it. ERR_INPUT.
 */
bool address_spec_finish_bare(struct address_parser *p, struct address_found *found, size_t end,
			      bool is_url);

/* Reads a text that is one path, as address_parse_path() says. ERR_INPUT. */
bool address_spec_parse_path(const char *text, struct address *address, struct err *err) MUST_USE;
