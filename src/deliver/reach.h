/* reach.h - sessions, with what is remembered of a relay's broken extensions */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/spool.h"
#include "smtp/session.h"

/*
 * As session_open, without the extensions that have failed on this route within a day. Success or
 * failure is remembered for the messages that follow. `spool` may be NULL or have no folder for
 * hints: then this process alone remembers.
 */
bool reach_open(struct session *session, const struct spool *spool, const struct settings *settings,
		enum login login, struct err *err) MUST_USE;

/* Remembers which extensions have failed in this session, and whether CHUNKING works. */
void reach_note(struct session *session, const struct spool *spool);
