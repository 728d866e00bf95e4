/* downgrade.h - header fields in a form that every relay takes: short lines of ASCII */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/changes.h"
#include "mail/charset.h"

/* What beyond ASCII the relay takes, where a field can't do without. */
enum downgrade_keeps {
	KEEPS_ASCII,
	KEEPS_UTF8, /* but nothing else beyond ASCII */
	KEEPS_8BIT, /* any bytes */
};

struct downgrade {
	enum downgrade_keeps keeps;
	struct charset charset; /* of the message's text */
	bool is_inner;          /* the header of a part */
};

/*
 * Plans new bodies for the fields that have a line over 998 octets, or bytes beyond ASCII: names
 * and texts become encoded-words (RFC 2047), domains A-labels, parameters of Content- fields those
 * of RFC 2231, URLs of List- fields get percents, JSON its own escapes. Long lines are folded where
 * that means nothing; see fold.h. Other fields stay as they are, and one that is only too long is
 * only folded. What can't be written so, such as a local part beyond ASCII, stays if `keeps` lets
 * it.
 *
 * A field that a DKIM signature covers is at most folded, as far as the signature bears it. Only in
 * the header of a part, where no relay looks at it, it is changed if it can't be sent.
 *
 * ERR_INPUT names the field for which that is not enough.
 */
bool downgrade_header(struct changes *changes, const struct downgrade *how,
		      struct err *err) MUST_USE;
