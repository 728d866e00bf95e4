/* seal.h - what the DKIM signatures of a header let be done to its fields; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/header.h"

/* By the canonicalization of the header, RFC 6376 section 3.4. The later one is the stricter. */
enum seal {
	SEAL_NONE,    /* no signature covers the field */
	SEAL_RELAXED, /* it may be folded where a blank is */
	SEAL_SIMPLE,  /* it may not change at all */
};

/*
 * By all DKIM-Signature fields of the header: each covers the fields that its h= names, and itself.
 * One without h=, which no reader can verify, is taken to cover everything.
 */
enum seal seal_find(const struct header *header, const struct header_field *field);
