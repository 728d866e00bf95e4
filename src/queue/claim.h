/* claim.h - claiming a message: its lock, its name, and its record, checked */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/entry.h"

/*
 * CLAIM_BUSY: another process has the lock. CLAIM_GONE: no such message (any more). CLAIM_DAMAGED
 * (with ERR_INPUT): the file is not a whole message of ours. CLAIM_FAILED (with ERR_SYSTEM or
 * ERR_IO): the system does not let us open, lock or read the file now. That says nothing about the
 * message, which is unchanged.
 */
enum claim { CLAIM_GOT, CLAIM_BUSY, CLAIM_GONE, CLAIM_DAMAGED, CLAIM_FAILED };

/*
 * Locks a message and reads its record; the checksum is verified over the whole file. A damaged
 * message in q/ is moved to hold/ where that is possible. The caller releases the entry in any
 * case.
 */
enum claim claim_take(struct spool *spool, enum spool_folder folder, const char *id,
		      struct entry *entry, struct err *err) MUST_USE;
/*
 * Reads a record for showing it: without a lock, without the checksum, from a read-only descriptor.
 * Never returns CLAIM_BUSY, and moves nothing. The caller releases the entry in any case.
 */
enum claim claim_peek(struct spool *spool, enum spool_folder folder, const char *id,
		      struct entry *entry, struct err *err) MUST_USE;
