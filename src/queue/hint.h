/* hint.h - what is remembered of relays that gave trouble; may be lost at any time */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "queue/spool.h"

#include <stdint.h>

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

/* Extensions that a relay offers, and what was found out of them on this route. */
enum hint_finding {
	HINT_BROKEN, /* they have failed */
	HINT_WORKS,  /* they do what they should */
};

/*
 * Extensions (enum capability) of which that was found. It holds for a day, through successes and
 * changes of the config. Where `spool` is NULL or can't be written this process alone knows.
 */
unsigned hint_extensions(const struct spool *spool, const char *key, enum hint_finding finding);
/* Adds some to them. */
void hint_note_extensions(const struct spool *spool, const char *key, enum hint_finding finding,
			  unsigned extensions);
