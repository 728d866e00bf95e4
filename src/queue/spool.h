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
 *	places/    in the default queue: where the user's other queues are (see places.h)
 */
struct spool {
	char *path;
	int folders[SPOOL_FOLDERS]; /* descriptors; -1: not open */
	int top;
	bool is_unsynced; /* a message was removed, which does not last yet */
};

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

enum claim { CLAIM_GOT, CLAIM_BUSY, CLAIM_GONE, CLAIM_DAMAGED, CLAIM_FAILED };

/*
 * Locks a message and reads its record, whose checksum is verified over the whole file. CLAIM_BUSY:
 * another process has it. CLAIM_GONE: there is none (any more). CLAIM_DAMAGED (with ERR_INPUT): it
 * is not what it should be, and was moved to hold/ where that is possible. CLAIM_FAILED (with
 * ERR_SYSTEM or ERR_IO): the system does not let us open, lock or read it now. That says nothing
 * about the message, which is as it was.
 */
enum claim spool_claim(struct spool *spool, enum spool_folder folder, const char *id,
		       struct entry *entry, struct err *err) MUST_USE;
/*
 * Reads a record without a lock and without the checksum, for showing it. The entry is read-only.
 * Returns what spool_claim returns, except CLAIM_BUSY, and moves nothing.
 */
enum claim spool_peek(struct spool *spool, enum spool_folder folder, const char *id,
		      struct entry *entry, struct err *err) MUST_USE;

/* Makes last what was removed without being synced, if anything was. */
bool spool_sync(struct spool *spool, struct err *err) MUST_USE;

/* Whether a message of that id is in q/, hold/ or failed/. ERR_IO: that can't be told now. */
bool spool_find(const struct spool *spool, const char *id, bool *is_there,
		struct err *err) MUST_USE;
/* Whether a message of that id is there. */
bool spool_has(const struct spool *spool, enum spool_folder folder, const char *id);

/* The ids in a folder, oldest first. */
struct spool_ids {
	char **items;
	size_t count;
};

/*
 * Lists a folder to its end; one that does not exist is empty. Begins with an empty list, which
 * the caller passes to spool_ids_done in any case. ERR_IO: the list may lack some.
 */
bool spool_list(struct spool *spool, enum spool_folder folder, struct spool_ids *ids,
		struct err *err) MUST_USE;
/*
 * The same for the names that are wanted in any open folder, in no order. False with errno set.
 */
bool spool_list_names(int folder, bool (*is_wanted)(const char *name),
		      struct spool_ids *names) MUST_USE;
void spool_ids_done(struct spool_ids *ids);

/* Removes the files in tmp/ that are older than 36 hours and not locked. ERR_IO. */
bool spool_sweep(struct spool *spool, struct err *err) MUST_USE;
