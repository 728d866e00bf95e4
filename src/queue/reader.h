/* reader.h - taking the text of a queue file apart; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/* What is left to read. */
struct reader {
	const char *at;
	const char *end;
	struct err *err;
};

/* Both return false with ERR_INPUT: what was expected is not there; what stands under a key is
 * wrong. */
bool reader_is_missing(struct reader *reader, const char *what);
bool reader_is_wrong(struct reader *reader, const char *key);

/* Goes over these bytes where they are next; false without an error where they are not. */
bool reader_skip(struct reader *reader, const char *text, size_t len) MUST_USE;
bool reader_skip_text(struct reader *reader, const char *text) MUST_USE;

/* Whether it is one of a set, NUL excepted. */
bool reader_is_one_of(char c, const char *set);
