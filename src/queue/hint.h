/* hint.h - hints about relays that failed; may be lost at any time */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "queue/spool.h"

#include <stdint.h>

/* Each hint is about a route. Its key is a text that all messages of the route share. */

/*
 * When the route should be tried again, in seconds since 1970; 0: now. The reason is appended to
 * `last`. A config file that has changed since the failure voids the hint.
 */
int64_t hint_next_try(const struct spool *spool, const char *key, const char *config_file,
		      struct str *last);

/*
 * Notes a failure: the next try is later each time; in half an hour where the operator must act
 * (`is_operators`).
 */
void hint_note_failure(const struct spool *spool, const char *key, const struct err *reason,
		       bool is_operators);

/* Notes a success: removes the hint. */
void hint_clear(const struct spool *spool, const char *key);

/* A finding about extensions that a relay offers, on this route. */
enum hint_finding {
	HINT_BROKEN, /* they have failed */
	HINT_WORKS,  /* they work */
};

/*
 * The extensions (enum capability) with that finding. A finding is valid for a day, in spite of
 * later successes and changes of the config. If `spool` is NULL or cannot be written, only this
 * process knows it.
 */
unsigned hint_extensions(const struct spool *spool, const char *key, enum hint_finding finding);
/* Adds extensions with that finding. */
void hint_note_extensions(const struct spool *spool, const char *key, enum hint_finding finding,
			  unsigned extensions);
