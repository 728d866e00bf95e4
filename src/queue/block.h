/* block.h - the first block of a queue file: numbers of fixed width; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/record.h"

/* Writes the block of RECORD_BLOCK bytes; the parts and the crc have to be known. */
void block_write(const struct record *record, char block[RECORD_BLOCK]);
/*
 * Reads what block_write wrote, and nothing else. `file_size` bounds every offset. ERR_INPUT says
 * what is wrong with the file; record_done releases what was read until then. The caller, who reads
 * the whole file, verifies the checksum. Unreadable progress becomes zeros, without an error.
 */
bool block_read(struct record *record, const char block[RECORD_BLOCK], uint64_t file_size,
		struct err *err) MUST_USE;

/* The bytes of the block that the checksum covers, without the checksum itself. */
size_t block_checked_len(void);

/*
 * Where the changing fields are in the block, and their bytes. They lie in the first 512 bytes and
 * are written with one call.
 */
struct record_part block_progress_part(void);
void block_write_progress(const struct record_progress *progress, char *bytes);
