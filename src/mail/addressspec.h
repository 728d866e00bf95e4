/* addressspec.h - one address of a field: local part, domain, and the brackets around them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/address.h"
#include "mail/addressregion.h"
#include "mail/addresstoken.h"

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

void address_words_done(struct address_words *words);
void address_found_done(struct address_found *found);

/* Says where the text stops being an address list and what it should have had there; false. */
bool address_spec_expected(struct address_parser *p, size_t at, const char *what);
/* The same for a control character, after which nothing has a plain meaning. */
bool address_spec_control(struct address_parser *p);

/* Passes over "mailto:"; whether it was there. */
bool address_spec_scheme(struct address_parser *p);
/* Passes over brackets that are too many: "Bob <<bob@example.org>>". */
void address_spec_brackets(struct address_parser *p, char bracket);
/* Reads words and dots. */
void address_spec_words(struct address_parser *p, struct address_words *words);
/* Whether they are a local part, with a name before it where that is taken. ERR_INPUT. */
bool address_spec_judge_local(struct address_parser *p, const struct address_words *words,
			      bool takes_name);
/* Reads "@domain" where it is there, and passes over what follows in a URL. ERR_INPUT. */
bool address_spec_read(struct address_parser *p, struct address_words *words, struct str *domain,
		       bool is_url);
/* Appends what was found. ERR_INPUT. */
bool address_spec_add(struct address_parser *p, struct address_found *found);

/* Read "<bob@example.org>" and "[mailto:bob@example.org]" after a phrase (NULL: none). ERR_INPUT.
 */
bool address_spec_angle(struct address_parser *p, const char *phrase);
bool address_spec_outlook(struct address_parser *p, const char *phrase);
