/* form.h - the syntax of the body of a header field; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/fold.h"
#include "mail/header.h"

enum form_kind {
	FORM_TEXT,
	FORM_PHRASES, /* words and comments in a syntax of the field's own */
	FORM_URLS,    /* the same, with URLs in angle brackets, RFC 2369 */
	FORM_IDS,     /* the same, with message ids in angle brackets */
	FORM_ADDRESSES,
	FORM_PARAMETERS,
	FORM_JSON,
};

struct form {
	enum form_kind kind;
	struct fold fold;
};

/*
 * Returns the form of a field by its name, or by its unfolded body if the name is unknown. An
 * unknown field may be folded like a list.
 */
struct form form_find(const struct header *header, const struct header_field *field,
		      const char *text);
