/* downgrade.h - header fields in a form that every relay takes: short lines of ASCII */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/changes.h"
#include "mail/charset.h"

/* Bytes beyond ASCII that may stay in a field which needs them. */
enum downgrade_keeps {
	KEEPS_ASCII,
	KEEPS_UTF8, /* UTF-8 only */
	KEEPS_8BIT, /* any bytes */
};

struct downgrade {
	enum downgrade_keeps keeps;
	struct charset charset; /* of the message's text */
	bool is_inner;          /* the header is that of a part */
};

/*
 * Plans new bodies for fields that have a line over 998 octets, or bytes beyond ASCII. Names and
 * texts become encoded-words (RFC 2047), domains A-labels, parameters of Content- fields those of
 * RFC 2231; URLs of List- fields get percent signs, JSON its own escapes. Long lines are folded at
 * blanks that have no meaning; see fold.h. A field that is only too long is only folded. Text that
 * has no such form, such as a local part beyond ASCII, stays if `keeps` allows it. Other fields
 * stay as they are.
 *
 * A field that a DKIM signature covers is only folded, as far as the signature allows. In the
 * header of a part, which no relay checks, it is changed if it could not be sent otherwise.
 *
 * ERR_INPUT names the field that still can't be sent.
 */
bool downgrade_header(struct changes *changes, const struct downgrade *how,
		      struct err *err) MUST_USE;
