/* str.h - the growing string */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <stdarg.h>

/*
 * A growing string. `bytes` is never NULL and always terminated; it may hold NUL bytes, so `len` is
 * what counts. `max` limits bytes that come from outside (0: no limit): an addition that does not
 * fit leaves the string unchanged and sets `is_full`, which stays set until str_clear, as ferror(3)
 * does. With `is_secret`, memory is wiped before it is freed.
 */
struct str {
	char *bytes;
	size_t len;
	size_t room;
	size_t max;
	bool is_full;
	bool is_secret;
};

extern char str_empty[1];
#define STR_INIT                                                                                   \
	{                                                                                          \
		.bytes = str_empty                                                                 \
	}
#define STR_MAX(limit)                                                                             \
	{                                                                                          \
		.bytes = str_empty, .max = (limit)                                                 \
	}
#define STR_SECRET(limit)                                                                          \
	{                                                                                          \
		.bytes = str_empty, .max = (limit), .is_secret = true                              \
	}

/* Initialises as STR_INIT and STR_MAX do. */
void str_init(struct str *s, size_t max);
void str_done(struct str *s);
/* Empties the string; its memory is kept. */
void str_clear(struct str *s);

/* Append a text, bytes, a character, or the output of printf(3). */
void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const void *bytes, size_t len);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *format, ...) FORMAT(2, 3);
void str_addv(struct str *s, const char *format, va_list args) FORMAT(2, 0);

/*
 * Makes room for `len` more bytes and the terminator; returns their place, or NULL with is_full
 * set.
 */
char *str_reserve(struct str *s, size_t len) MUST_USE;
/* Counts `len` bytes that were written where str_reserve pointed. */
void str_grew(struct str *s, size_t len);

/* str_drop removes the first `len` bytes, str_cut all bytes after the first `len`. */
void str_drop(struct str *s, size_t len);
void str_cut(struct str *s, size_t len);

/* Hands over the heap block (the caller frees it) and leaves an empty string. */
char *str_take(struct str *s) MUST_USE;

/* Formats into a fresh heap block. */
char *str_format(const char *format, ...) FORMAT(1, 2) MUST_USE;

/*
 * Appends bytes from outside in a form that is safe for a terminal or a log line: printable UTF-8
 * as it is, a line end as `\n`, any other control character (C0, DEL, C1, the ones for direction
 * and invisible text) and any byte that is not UTF-8 as `?`.
 */
void str_add_printable(struct str *s, const char *bytes, size_t len);

/* Length of the UTF-8 sequence that begins here (1 to 4), 0 for invalid bytes. RFC 3629. */
size_t str_utf8_len(const char *bytes, size_t len);
/* The code point of a sequence of that length. */
unsigned long str_code_point(const char *bytes, size_t len);
/* True if all bytes are UTF-8, or ASCII. */
bool str_is_utf8(const char *bytes, size_t len);
bool str_is_ascii(const char *bytes, size_t len);

/* The value of a hexadecimal digit, -1 for any other character. */
int str_hex_digit(char c);
