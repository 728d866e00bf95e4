/* spool.h - the folders of a queue: opening, listing, locking a file */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * A queue on disk, mode 0700:
 *
 *	q/         committed messages, a file each, named by id
 *	hold/      messages that wait for a person
 *	failed/    messages that failed for good
 *	tmp/       files that are being written, where the file system has no O_TMPFILE
 *	route/     hints about relays that cannot be reached
 *	run.lock   locked by the process that runs the queue; never removed
 *	usage/     in the queue of a service: how much each user takes (see usage.h)
 *	places/    in the default queue: where the user's other queues are (see places.h)
 */
enum spool_folder { SPOOL_QUEUE, SPOOL_HOLD, SPOOL_FAILED, SPOOL_TMP, SPOOL_ROUTE, SPOOL_FOLDERS };

struct spool {
	char *path;
	int folders[SPOOL_FOLDERS]; /* descriptors; -1: not open */
	int top;
	bool is_unsynced; /* the removal of a message is not on stable storage yet */
};

/* Marks the storage as closed, so that spool_close can be called. */
void spool_init(struct spool *spool);
/*
 * Opens a queue; with `creates` its folders are made where they are missing. Without it a queue
 * that does not exist is opened as an empty one. ERR_SYSTEM: it cannot be made, or it belongs to
 * another user.
 */
bool spool_open(struct spool *spool, const char *path, bool creates, struct err *err) MUST_USE;
void spool_close(struct spool *spool);

/* The name of a folder, as "hold". */
const char *spool_folder_name(enum spool_folder folder);

/* Brings removals to stable storage that were not synced, if there are any. ERR_SYSTEM. */
bool spool_sync(struct spool *spool, struct err *err) MUST_USE;

/*
 * Locks a file of the queue, without waiting. The lock lives as long as the descriptor, in forked
 * children too. False with errno set; spool_is_locked_elsewhere(errno): by another process.
 */
bool spool_lock_file(int fd) MUST_USE;
bool spool_is_locked_elsewhere(int number);

/* Whether a message of that id is in q/, hold/ or failed/. ERR_IO: not known now. */
bool spool_find(const struct spool *spool, const char *id, bool *is_there,
		struct err *err) MUST_USE;
/* Whether a folder has a message of that id. */
bool spool_has(const struct spool *spool, enum spool_folder folder, const char *id);

/* The ids in a folder, oldest first. */
struct spool_ids {
	char **items;
	size_t count;
};

/*
 * Lists a folder to its end; a missing folder is empty. Begins with an empty list, which the caller
 * passes to spool_ids_done in any case. ERR_IO: the list may lack some.
 */
bool spool_list(struct spool *spool, enum spool_folder folder, struct spool_ids *ids,
		struct err *err) MUST_USE;
/* Lists the wanted names in any open folder, in no order. False with errno set. */
bool spool_list_names(int folder, bool (*is_wanted)(const char *name),
		      struct spool_ids *names) MUST_USE;
void spool_ids_done(struct spool_ids *ids);
