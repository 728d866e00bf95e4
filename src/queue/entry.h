/* entry.h - a queue file in our hands: written, read, changed in place */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/message.h"
#include "queue/record.h"
#include "queue/spool.h"

/*
 * A queue file that this process holds the lock of. The lock lives as long as the descriptor, in
 * forked children too. `record.envelope` has the recipients and their status.
 */
struct entry {
	struct spool *spool;
	int fd;
	enum spool_folder folder;
	char *tmp_name;  /* in tmp/, before it is committed; NULL: it has no name yet, or its own */
	bool is_counted; /* before it is committed: quota_reserve has counted it */
	struct record record;
};

void entry_init(struct entry *entry);
/* Gives the lock back. What was not committed is gone. */
void entry_release(struct entry *entry);

/* The message of an entry; its descriptor is borrowed. */
void entry_message(const struct entry *entry, struct message *message);

/*
 * Completes a file that has its message: parts, envelope, checksum. When it returns true they are
 * on stable storage. False with errno set.
 */
bool entry_write(struct entry *entry, const struct message *message) MUST_USE;
/*
 * Reads the record of a file of that size; with `is_checked` its checksum is verified over the
 * whole file. ERR_INPUT: it is damaged; ERR_IO.
 */
bool entry_read(struct entry *entry, uint64_t size, bool is_checked, struct err *err) MUST_USE;

/* Appends the status byte of each recipient. */
void entry_add_status(const struct entry *entry, struct str *out);
/* Writes the status bytes of all recipients, in place. */
bool entry_write_status(struct entry *entry, bool is_synced, struct err *err) MUST_USE;
/* Writes what attempts count, and when the next one is. */
bool entry_write_progress(struct entry *entry, struct err *err) MUST_USE;
/* Appends a line for a reader behind the trailer; failures are ignored. */
void entry_note(struct entry *entry, const char *line);

/*
 * Takes the message out of the queue; with `is_synced` so that it survives a power cut, else
 * spool_sync does that. False: it is still there. True with an error set: it is gone, but a power
 * cut may bring it back.
 */
bool entry_remove(struct entry *entry, bool is_synced, struct err *err) MUST_USE;
/* Writes its status, moves it to another folder, and makes both last. */
bool entry_move(struct entry *entry, enum spool_folder to, struct err *err) MUST_USE;
