/* queue_match.h - finding a message of the queue by a part of its id */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/queues.h"
#include "queue/record.h"

/* The place of a message. The spool is one of the queues that were searched. */
struct queue_match {
	struct spool *spool;
	enum spool_folder folder;
	char id[RECORD_ID_LEN + 1];
};

/*
 * Finds the message whose id begins or ends with `part`, which has at least four characters.
 * ERR_USAGE: too short, or several messages match; ERR_NOINPUT: no message matches; the errors of
 * spool_list.
 */
bool queue_match_find(struct queues *queues, const char *part, struct queue_match *found,
		      struct err *err) MUST_USE;
