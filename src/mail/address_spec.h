/* address_spec.h - one address of a field: local part, domain, and the brackets around them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/address.h"
#include "mail/address_parser.h"
#include "mail/address_region.h"

/* The words of a local part, and the words before it, which may be a name. */
struct address_words {
	struct str local;
	struct str shown; /* the local part as a word of a name */
	struct str name;
	size_t from;     /* start of the local part */
	size_t gap;      /* place of a word that follows a word without a dot; 0: none */
	size_t count;    /* number of tokens */
	char last;       /* the last token */
	bool is_name;    /* the words before the local part look like a name */
	bool may_be_one; /* the local part looks like a name */
	bool is_quoted;  /* the local part has a quoted string */
	bool is_spaced;  /* the local part has blanks or comments around its dots */
	bool is_apart;   /* a blank separates name and local part */
	size_t lopsided; /* place of a word after a dot and a blank, as in "Dr. Bob"; 0: none */
};

#define ADDRESS_WORDS_INIT                                                                         \
	{                                                                                          \
		.local = STR_INIT, .shown = STR_INIT, .name = STR_INIT                             \
	}

/* An address before it is appended to the list. */
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

/* Skips "mailto:"; returns whether it was there. */
bool address_spec_skip_scheme(struct address_parser *p);
/* Skips excess brackets: "Bob <<bob@example.org>>". */
void address_spec_skip_brackets(struct address_parser *p, char bracket);
/* Reads words and dots. */
void address_spec_read_words(struct address_parser *p, struct address_words *words);
/* Whether the words are a local part, with a name before it where `takes_name`. ERR_INPUT. */
bool address_spec_judge_local(struct address_parser *p, const struct address_words *words,
			      bool takes_name);
/* Reads "@domain" if it follows; skips the rest of a URL. ERR_INPUT. */
bool address_spec_read_domain(struct address_parser *p, struct address_words *words,
			      struct str *domain, bool is_url);
/* Appends the address. ERR_INPUT. */
bool address_spec_add(struct address_parser *p, struct address_found *found);

/*
 * Read "<bob@example.org>" and "[mailto:bob@example.org]" after a phrase (NULL: none). ERR_INPUT.
 */
bool address_spec_read_angle(struct address_parser *p, const char *phrase);
bool address_spec_read_outlook(struct address_parser *p, const char *phrase);

/*
 * Reads the rest of an address without brackets after its words, up to `end`, and appends it.
 * ERR_INPUT.
 */
bool address_spec_finish_bare(struct address_parser *p, struct address_found *found, size_t end,
			      bool is_url);

/* Reads a text that is a single path, as address_parse_path() does. ERR_INPUT. */
bool address_spec_parse_path(const char *text, struct address *address, struct err *err) MUST_USE;
