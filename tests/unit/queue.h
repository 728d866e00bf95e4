/* queue.h - a queue in a folder of its own, and messages in it, for the tests of the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/claim.h"
#include "queue/enqueue.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUEUE_BODY   "a line\r\n"
#define QUEUE_HEADER "Subject: x\r\n\r\n"

static char queue_folder[] = "/tmp/mailchute-unit-XXXXXX";

/* Makes the folder and goes there: the queue is its folder "queue". */
static inline void queue_begin(void)
{
	EXPECT(mkdtemp(queue_folder) && chdir(queue_folder) == 0);
}

static inline void queue_end(void)
{
	EXPECT(chdir("/") == 0);
	CLEANUP(mem_free_at) char *command = str_format("rm -rf %s", queue_folder);
	EXPECT(system(command) == 0);
}

static inline void queue_open(struct spool *spool)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	EXPECT(spool_open(spool, "queue", true, &err));
}

/* Begins an entry with a body, a header, a sender and two recipients. */
static inline void queue_fill(struct spool *spool, struct entry *entry, struct message *message)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	static const char bytes[] = QUEUE_BODY QUEUE_HEADER;

	message_init(message);
	EXPECT(enqueue_begin(spool, entry, &err));
	EXPECT(pwrite(entry->fd, bytes, sizeof bytes - 1, MESSAGE_BODY_AT) == sizeof bytes - 1);
	message_use(message, entry->fd);
	message->body_len = sizeof QUEUE_BODY - 1;
	message->header_len = sizeof QUEUE_HEADER - 1;
	entry->record.envelope.sender = mem_copy("a@a.example");
	envelope_add(&entry->record.envelope, mem_copy("b@b.example"));
	envelope_add(&entry->record.envelope, mem_copy("c@c.example"));
}

/* Adds such a message; the caller releases the entry, which holds the lock. */
static inline void queue_add(struct spool *spool, struct entry *entry)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(message_done) struct message message;

	queue_fill(spool, entry, &message);
	EXPECT(enqueue_commit(entry, &message, &err));
}

/* The same, and releases the lock. */
static inline void queue_put(struct spool *spool, char id[RECORD_ID_LEN + 1])
{
	CLEANUP(entry_release) struct entry entry;

	queue_add(spool, &entry);
	memcpy(id, entry.record.id, sizeof entry.record.id);
}

/* A file of the queue by its folder and its name. */
static inline char *queue_path(const char *folder, const char *name)
{
	return str_format("queue/%s/%s", folder, name);
}

static inline bool queue_has(const char *folder, const char *name)
{
	CLEANUP(mem_free_at) char *path = queue_path(folder, name);

	return access(path, F_OK) == 0;
}
