/* entry.h - one queue file that this process has open: written, read, changed in place */
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
	char *tmp_name;  /* in tmp/, before the commit; NULL: no name yet, or the id */
	bool is_counted; /* before the commit: quota_reserve has counted it */
	struct record record;
};

void entry_init(struct entry *entry);
/* Gives the lock back. A file that was not committed is gone. */
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
/* Writes the counts of attempts and the time of the next try, in place. */
bool entry_write_progress(struct entry *entry, struct err *err) MUST_USE;
/* Appends a note after the trailer (see note.h); failures are ignored. */
void entry_note(struct entry *entry, const char *line);

/*
 * Removes the message from the queue. With `is_synced` the removal survives a power cut; without
 * it, spool_sync does that later. False: the message is still there. True with an error set: it is
 * removed, but a power cut may bring it back.
 */
bool entry_remove(struct entry *entry, bool is_synced, struct err *err) MUST_USE;
/* Writes the status, moves the file to another folder, and syncs both. */
bool entry_move(struct entry *entry, enum spool_folder to, struct err *err) MUST_USE;
