/* reach.h - sessions, without the extensions that failed on their route before */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/spool.h"
#include "smtp/session.h"

/*
 * As session_open, without the extensions that have failed on this route within a day. The success
 * or failure is remembered for later messages. If `spool` is NULL or has no folder for hints, only
 * this process remembers it.
 */
bool reach_open(struct session *session, const struct spool *spool, const struct settings *settings,
		enum login login, struct err *err) MUST_USE;

/* Remembers which extensions have failed in this session, and whether CHUNKING works. */
void reach_note(struct session *session, const struct spool *spool);
