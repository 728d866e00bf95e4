/* seals.h - what the DKIM signatures of a header let be done to its fields; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/header.h"

/* By the canonicalization of the header, RFC 6376 section 3.4. The later one is the stricter. */
enum seal {
	SEAL_NONE,    /* no signature covers the field */
	SEAL_RELAXED, /* it may be folded where a blank is */
	SEAL_SIMPLE,  /* it may not change at all */
};

struct seal_signature {
	const struct header_field *field;
	char *text;
	const char *names; /* what its h= names, in `text` */
	size_t names_len;
	enum seal seal;
};

/* The DKIM-Signature fields of a header, both borrowed. */
struct seals {
	const struct header *header;
	struct seal_signature *items;
	size_t count;
	size_t names_len; /* of all their h= */
	bool covers_all;
};

/*
 * Each signature covers the fields that its h= names, and itself. A signature without h=, which no
 * reader can verify, is taken to cover everything. So are more signatures, or more names in all of
 * them, than readers look at: each field is compared with each name.
 */
void seals_init(struct seals *seals, const struct header *header);
void seals_done(struct seals *seals);
/* By the strictest of them. */
enum seal seals_find(const struct seals *seals, const struct header_field *field);
