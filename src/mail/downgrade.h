/* downgrade.h - header fields in a form that every relay takes: short lines of ASCII */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/changes.h"

/* What beyond short lines of ASCII the relay takes in this header. */
enum downgrade_keeps {
	KEEPS_ASCII,
	KEEPS_UTF8, /* but nothing else beyond ASCII */
	KEEPS_8BIT, /* any bytes */
};

/*
 * Plans new bodies for the fields that have a line over 998 octets, or bytes that the relay does
 * not take: names and texts become encoded-words (RFC 2047), domains A-labels, parameters of
 * Content- fields those of RFC 2231, URLs of List- fields get percents, and long lines are folded
 * where there is a blank. Other fields stay as they are, and one that is only too long is only
 * folded. ERR_INPUT names the field for which that is not enough, such as one with a local part
 * beyond ASCII.
 */
bool downgrade_header(struct changes *changes, enum downgrade_keeps keeps,
		      struct err *err) MUST_USE;
