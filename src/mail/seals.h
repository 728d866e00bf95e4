/* seals.h - changes to a field that DKIM signatures allow; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/header.h"

/*
 * Canonicalization of the header that a signature uses, RFC 6376 section 3.4; a later value is
 * stricter.
 */
enum seal {
	SEAL_NONE,    /* no signature covers the field */
	SEAL_RELAXED, /* may be folded at existing blanks */
	SEAL_SIMPLE,  /* must not change at all */
};

struct seal_signature {
	const struct header_field *field;
	char *text;
	const char *names; /* the names of its h= tag, within `text` */
	size_t names_len;
	enum seal seal;
};

/* The DKIM-Signature fields of a header; header and fields are borrowed. */
struct seals {
	const struct header *header;
	struct seal_signature *items;
	size_t count;
	size_t names_len; /* of all h= tags */
	bool covers_all;
};

/*
 * Each signature covers itself and the fields that its h= tag names. A signature without h= can't
 * be verified and counts as covering every field. So do too many signatures or names: each field is
 * compared with each name, and verifiers stop at a limit, too.
 */
void seals_init(struct seals *seals, const struct header *header);
void seals_done(struct seals *seals);
/* Returns the strictest seal of the field. */
enum seal seals_find(const struct seals *seals, const struct header_field *field);
