/* job.h - a request with all that carrying it out needs: config, account, message, envelope */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli.h"
#include "conf/config.h"
#include "mail/envelope.h"
#include "mail/message.h"

/* `has_account` is set once the account is chosen; an error is then reported with its name. */
struct job {
	const struct request *request;
	struct config config;
	struct account account;
	bool has_account;
	struct message message;
	struct envelope envelope;
};

void job_init(struct job *job, const struct request *request);
void job_done(struct job *job);

/* Reads the config and chooses the account, without a message. ERR_CONFIG, ERR_IO. */
bool job_choose_account(struct job *job, struct err *err) MUST_USE;

/*
 * All that comes before the network: the account, the message from the descriptor, the envelope
 * from command line and header, the completed header. The errors of config.h, message.h and
 * address.h, and ERR_USAGE where there is no recipient.
 */
bool job_prepare(struct job *job, int fd, struct err *err) MUST_USE;
