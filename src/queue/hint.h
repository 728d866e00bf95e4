/* hint.h - what is remembered of relays that could not be reached; may be lost at any time */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "queue/spool.h"

/* Each is about a route, named by the text that messages of the same route share (its key). */

/* When it should be tried again, in seconds since 1970; 0 where nothing speaks against it now. */
int64_t hint_next_try(const struct spool *spool, const char *key, const char *config_file);

/* Notes a failure: the next try is later each time, and half an hour away where a person has to
 * act. */
void hint_note_failure(const struct spool *spool, const char *key, bool is_operators);

/* Notes a success. */
void hint_clear(const struct spool *spool, const char *key);
