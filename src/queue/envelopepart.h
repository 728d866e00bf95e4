/* envelopepart.h - the text parts of a queue file: envelope, status and trailer; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/record.h"

/*
 * Appends the envelope, status and trailer parts, which follow the header part in the file; sets
 * envelope_part, status_at and notes_at. There is at least one recipient.
 */
void envelopepart_add(struct record *record, struct str *out);
/*
 * Reads these parts (all of them in one piece of bytes, and maybe notes after them) into a record
 * whose block was read. Accepts what envelopepart_add writes, and nothing else. ERR_INPUT says what
 * is wrong with the file; record_done releases what was read until then.
 */
bool envelopepart_read(struct record *record, const char *bytes, size_t len,
		       struct err *err) MUST_USE;
