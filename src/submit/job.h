/* job.h - a request with config, account, queue, message and envelope */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"
#include "conf/config.h"
#include "mail/address_faults.h"
#include "queue/entry.h"

/*
 * A request with everything it needs. `has_account` is set once an account is chosen. With
 * `has_entry`, the message is in `entry`, which is not committed yet; otherwise it is in a file of
 * its own, and `no_queue` is the error if a queue was wanted. `is_complete` is set when envelope
 * and header are complete.
 *
 * A caller that can't be asked to try again gets its message accepted in two more cases.
 * `lacks_config`: there is no working config. `is_unfiltered`: the filter failed. `obstacle` is
 * then the reason why the message can only be kept for now.
 */
struct job {
	const struct request *request;
	struct config config;
	struct account account;
	bool has_account;
	bool lacks_config;
	bool is_unfiltered;
	bool is_complete;
	struct err obstacle;
	struct spool spool;
	struct entry entry;
	bool has_entry;
	struct err no_queue;
	struct message message;
	struct envelope *envelope;        /* the entry's */
	struct address_faults unreadable; /* bad recipient addresses, refused separately */
	unsigned uid;                     /* the user that submits the message */
	bool is_service;                  /* its queue belongs to a service, which runs it */
	bool is_by_stranger;              /* submitted by another user, through a socket of ours */
};

void job_init(struct job *job, const struct request *request);
void job_done(struct job *job);

/*
 * Whether recipients without a domain get one. That holds for messages made from options, and for
 * messages of programs. Without a working config, a program's recipients wait: the config may name
 * the domain.
 */
bool job_qualifies(const struct job *job);
