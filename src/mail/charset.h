/* charset.h - the charsets that bytes of a header may be in, and their characters; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct charset_table;

/*
 * A charset and a name of it (borrowed). `table` is NULL if nothing is known about its bytes: the
 * name is unknown, or bytes beyond ASCII have no meaning in it (UTF-16, ISO-2022-JP, US-ASCII).
 */
struct charset {
	const char *name;
	const struct charset_table *table;
};

/* Names are compared without regard to case; NULL names none. */
struct charset charset_named(const char *name);

/* Number of bytes of the character at the start; 0: no character begins here. */
size_t charset_step(struct charset charset, const char *bytes, size_t len);
/* Whether all bytes are characters of the charset. */
bool charset_fits(struct charset charset, const char *bytes, size_t len);

/*
 * The charset to label bytes with, in a message that names one for its text: the named charset if
 * the bytes are characters of it, else UTF-8, else unknown-8bit (RFC 1428). Bytes that are valid
 * UTF-8 are rarely of another charset. They are taken for the named charset only if all characters
 * have two bytes in UTF-8, and the named charset has characters of several bytes, too.
 */
struct charset charset_of(struct charset named, const char *bytes, size_t len);
