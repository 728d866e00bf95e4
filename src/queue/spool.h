/* spool.h - the queue's files: adding, claiming, settling, listing; safe against crashes */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/entry.h"

/*
 * A queue on disk, mode 0700:
 *
 *	q/         committed messages, a file each, named by id
 *	hold/      those that wait for a person
 *	failed/    those that failed for good
 *	tmp/       files that are being written, where the file system has no O_TMPFILE
 *	route/     hints about relays that can't be reached
 *	run.lock   locked by whoever runs the queue; never removed
 */
struct spool {
	char *path;
	int folders[SPOOL_FOLDERS]; /* descriptors; -1: not open */
	int top;
};

/*
 * The queue of whoever runs this: $STATE_DIRECTORY (set by a service manager), /var/spool/mailchute
 * for root, else mailchute in $XDG_STATE_HOME or ~/.local/state. The caller frees it.
 */
char *spool_default_path(void) MUST_USE;

/* Marks the storage as closed, so that spool_close can be called. */
void spool_init(struct spool *spool);
/*
 * Opens a queue; with `creates` its folders are made where they are missing. Without it a queue
 * that does not exist is opened as an empty one. ERR_SYSTEM: can't be made, or is somebody else's.
 */
bool spool_open(struct spool *spool, const char *path, bool creates, struct err *err) MUST_USE;
void spool_close(struct spool *spool);

/* Whether fewer than `max` messages wait. ERR_SYSTEM: the queue is full. */
bool spool_has_room(struct spool *spool, int max, struct err *err) MUST_USE;
/* Begins a file: `entry->fd` is where message_read puts the message. ERR_SYSTEM. */
bool spool_begin(struct spool *spool, struct entry *entry, struct err *err) MUST_USE;
/*
 * Completes the file (parts, envelope, checksum), brings it to stable storage, locks it and gives
 * it its name. When it returns true the message survives a power cut. On failure nothing remains.
 * ERR_SYSTEM.
 */
bool spool_commit(struct entry *entry, const struct message *message, struct err *err) MUST_USE;

enum claim { CLAIM_GOT, CLAIM_BUSY, CLAIM_GONE, CLAIM_DAMAGED };

/*
 * Locks a message and reads its record, whose checksum is verified over the whole file. CLAIM_BUSY:
 * another process has it, or (with err) it can't be read just now; CLAIM_GONE: there is none (any
 * more); CLAIM_DAMAGED (with err): it is not what it should be, and was moved to hold/ where that
 * is possible.
 */
enum claim spool_claim(struct spool *spool, enum spool_folder folder, const char *id,
		       struct entry *entry, struct err *err) MUST_USE;
/*
 * Reads a record without a lock and without the checksum, for showing it. The entry is read-only.
 */
enum claim spool_peek(struct spool *spool, enum spool_folder folder, const char *id,
		      struct entry *entry, struct err *err) MUST_USE;

/* Makes last what was removed without being synced. */
bool spool_sync(struct spool *spool, struct err *err) MUST_USE;

/* Whether a message of that id is there. */
bool spool_has(const struct spool *spool, enum spool_folder folder, const char *id);

/* The ids in a folder, oldest first; the caller frees array and ids with spool_free_ids. */
char **spool_list(struct spool *spool, enum spool_folder folder, size_t *count) MUST_USE;
void spool_free_ids(char **ids, size_t count);

/* The lock of whoever runs the queue: a descriptor, -1 where somebody else has it. */
int spool_lock_run(struct spool *spool) MUST_USE;

/* Removes files in tmp/ that nobody has locked for 36 hours. */
void spool_sweep(struct spool *spool);
