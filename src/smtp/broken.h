/* broken.h - detecting extensions that a relay offers and does not support */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/transaction.h"

/*
 * Returns the extensions (enum capability) that a refusal of the transaction may be about; 0: none.
 * The caller should begin the transaction anew without them.
 *
 * After 500 to 504 to BDAT, it is CHUNKING. After 501, 504 or 555 (RFC 5321 section 4.1.1.11) to
 * MAIL or RCPT, these are the extensions whose parameters the command had, except those that the
 * settings or an address demand.
 */
unsigned broken_suspects(const struct session *session, const struct transaction *transaction);

/*
 * Returns the suspects after a failure without a reply: PIPELINING if the relay fell silent after a
 * group of commands, CHUNKING if it fell silent after a chunk or hung up on it.
 */
unsigned broken_by_silence(const struct session *session, const struct transaction *transaction);

/*
 * Clears refusals of single recipients by a relay that does not know BDAT (LMTP): it sends one
 * reply, and none for the other recipients.
 */
void broken_forgive(const struct transaction *transaction);

/* Records the extensions that have worked in this session. */
void broken_note_success(struct session *session, const struct transaction *transaction);

/* Adds to an error's text, after the relay's place, the setting that would help. Returns false. */
bool broken_advise(const struct session *session, unsigned extensions, struct err *err);
/* Does the same for a refused parameter of an extension that the account demands. Returns false. */
bool broken_explain(const struct session *session, struct err *err);
