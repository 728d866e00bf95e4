/* wire.h - a message in the form that a relay can take */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/plan.h"

/*
 * A completed message (borrowed) in the form that is sent. Bytes that the relay accepts are
 * unchanged. Other parts are encoded: text as quoted-printable; other content, and text with a NUL
 * or a bare CR, as base64. An encoded part keeps its encoding. Header fields: see downgrade.h; NUL
 * and bare CR become blanks there. Text around the parts of a multipart, which no mail reader
 * shows, is left out if it can't be sent. A signed or encrypted part is never changed.
 *
 * `size` counts as RFC 1870 does. `is_8bit` and `is_utf8` tell which parameters MAIL needs.
 */
struct wire {
	const struct message *message;
	uint64_t size;
	bool is_8bit;
	bool is_utf8;
	struct plan plan;

	/* State of reading: */
	uint64_t at;
	size_t next;
	struct str out;
	size_t taken;
};

/*
 * Plans the form for a relay with these abilities. wire_close is needed in any case. ERR_INPUT: the
 * message can't be sent to it, with the reason; ERR_IO.
 */
bool wire_open(struct wire *wire, const struct message *message, unsigned abilities,
	       struct err *err) MUST_USE;
void wire_close(struct wire *wire);

/* Whether there is a form for a relay with all abilities. ERR_INPUT, ERR_IO. */
bool wire_check(const struct message *message, struct err *err) MUST_USE;

/* Reads the next bytes, up to `len`; 0 at the end, -1 on failure (ERR_IO). */
ssize_t wire_read(struct wire *wire, char *bytes, size_t len, struct err *err) MUST_USE;
