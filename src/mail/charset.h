/* charset.h - the charsets that bytes of a header may be in, and their characters; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct charset_table;

/*
 * A charset by a name of it (borrowed). `table` is NULL where nothing is known about its bytes:
 * the name is unknown, or bytes beyond ASCII mean nothing in it (UTF-16, ISO-2022-JP, US-ASCII).
 */
struct charset {
	const char *name;
	const struct charset_table *table;
};

/* Names are compared without regard to case; NULL names none. */
struct charset charset_named(const char *name);

/* Bytes of the character that begins here; 0: none does. */
size_t charset_step(struct charset charset, const char *bytes, size_t len);
/* Whether all bytes are characters of it. */
bool charset_fits(struct charset charset, const char *bytes, size_t len);

/*
 * The charset to call such bytes by, where a message names one for its text: that one if the bytes
 * are characters of it, else UTF-8, else unknown-8bit (RFC 1428). Bytes that are UTF-8 are hardly
 * ever meant as another one: they are taken for that of the message only if all their characters
 * have two bytes in UTF-8, and characters have several bytes there, too.
 */
struct charset charset_of(struct charset named, const char *bytes, size_t len);
