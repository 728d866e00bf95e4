/* hint.h - what is remembered of relays that could not be reached; may be lost at any time */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "queue/spool.h"

/* Each is about a route, named by the text that messages of the same route share (its key). */

/*
 * When it should be tried again, in seconds since 1970, and why (appended to `last`); 0 where
 * nothing speaks against it now, as with a config file that has been changed since.
 */
int64_t hint_next_try(const struct spool *spool, const char *key, const char *config_file,
		      struct str *last);

/* Notes a failure: the next try is later each time, and half an hour away where a person must act.
 */
void hint_note_failure(const struct spool *spool, const char *key, const struct err *reason,
		       bool is_operators);

/* Notes a success. */
void hint_clear(const struct spool *spool, const char *key);
