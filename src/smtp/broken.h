/* broken.h - extensions that a relay offers and does not do */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/transaction.h"

/*
 * Which extensions (enum capability) a refusal of the transaction may be about, so that it should
 * be begun anew without them; 0: none. These are CHUNKING after 500 to 504 to BDAT, and after 501,
 * 504 or 555 (RFC 5321 section 4.1.1.11) those whose parameters MAIL or RCPT had, but not what the
 * settings or an address insist on.
 */
unsigned broken_suspects(const struct session *session, const struct transaction *transaction);

/*
 * The same after a failure without a reply: PIPELINING where the relay has fallen silent after a
 * group of commands, CHUNKING where it did so after a chunk, or hung up on one.
 */
unsigned broken_by_silence(const struct session *session, const struct transaction *transaction);

/*
 * Takes back what a relay that does not know BDAT has said of single recipients (LMTP): it gives
 * one reply, and is silent for the others.
 */
void broken_forgive(const struct transaction *transaction);

/* Notes what has worked. */
void broken_note_success(struct session *session, const struct transaction *transaction);

/* Puts before an error's text, but after the relay's place, what to write into the config. */
bool broken_advise(const struct session *session, unsigned extensions, struct err *err);
/* The same where a refused parameter is one that the account insists on. Returns false. */
bool broken_explain(const struct session *session, struct err *err);
