/* job.h - a request with all that it needs: config, account, queue, message, envelope */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"
#include "conf/config.h"
#include "mail/address_faults.h"
#include "queue/entry.h"

/*
 * `has_account` is set once an account is chosen. The message is in `entry`, which is not committed
 * yet, where `has_entry` says so, and in a file of its own else; `no_queue` then says why where a
 * queue was wanted. `lacks_config` marks a message that was taken without a config that works, and
 * `is_unfiltered` one whose filter failed, for a caller who can't be asked to try again; `obstacle`
 * is why such a message can only be kept for now. `is_complete` is set when envelope and header
 * are.
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
	struct address_faults unreadable; /* recipients that the others don't suffer from */
	unsigned uid;                     /* who gives the message in */
	bool is_service;     /* its queue is the business of who has set up the service */
	bool is_by_stranger; /* given in by another user, through a socket of ours */
};

void job_init(struct job *job, const struct request *request);
void job_done(struct job *job);

/*
 * Whether bare recipients get a domain: those of a message that is made here, and a program's, but
 * without a config not before there is one that may name the domain.
 */
bool job_qualifies(const struct job *job);
