/* reader.h - taking the text of a queue file apart; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <stdint.h>

/* The bytes that are left to read. */
struct reader {
	const char *at;
	const char *end;
	struct err *err;
};

/* Set ERR_INPUT and return false: something expected is missing; the value of a key is wrong. */
bool reader_is_missing(struct reader *reader, const char *what);
bool reader_is_wrong(struct reader *reader, const char *key);

/* Skip these bytes if they are next; false without an error if they are not. */
bool reader_skip(struct reader *reader, const char *text, size_t len) MUST_USE;
bool reader_skip_text(struct reader *reader, const char *text) MUST_USE;

/* Whether a byte is one of a set, NUL excepted. */
bool reader_is_one_of(char c, const char *set);
bool reader_is_at_end(const struct reader *reader);
/* Whether it is an address; ERR_INPUT. */
bool reader_is_address(struct reader *reader, const char *text) MUST_USE;
/* Whether it can be a parameter of MAIL or RCPT: no blank and no line end that would end it. */
bool reader_is_parameter(const char *text);

/*
 * If the next line begins with `key` and a blank, takes the line; `line` reads what follows them.
 * False without an error if the line is not there.
 */
bool reader_take_line(struct reader *reader, const char *key, struct reader *line) MUST_USE;
/* Digits up to the end of `line`, without leading zeros. False without an error. */
bool reader_take_decimal(struct reader *line, uint64_t max, uint64_t *number) MUST_USE;
/*
 * If `before` is next in a line, takes it and decodes what follows (see percent.h), up to a blank
 * or the end; else leaves `word` alone. False without an error: it cannot be decoded.
 */
bool reader_take_word(struct reader *line, const char *before, char **word) MUST_USE;
/* An encoded address in angle brackets. False without an error. */
bool reader_take_path(struct reader *line, char **path) MUST_USE;

/* Whole lines of a key and a value. ERR_INPUT. */
bool reader_take_number(struct reader *reader, const char *key, uint64_t max,
			uint64_t *number) MUST_USE;
bool reader_take_flag(struct reader *reader, const char *key, bool *flag) MUST_USE;
/*
 * Whole lines that may be missing: then `number` becomes 0, and `text` stays as it is. ERR_INPUT.
 */
bool reader_take_optional(struct reader *reader, const char *key, uint64_t max,
			  uint64_t *number) MUST_USE;
bool reader_take_text(struct reader *reader, const char *key, char **text) MUST_USE;
