/* submission.h - one message given in over SMTP: taken, kept or sent, and what to answer */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "serve/smtp_command.h"
#include "submit/submitter.h"

enum {
	SUBMISSION_RECIPIENTS_MAX = 10000,
	SUBMISSION_SIZE_MAX = 256 * 1024 * 1024,
};

/*
 * A mail transaction. `sender` and `recipients` are the commands MAIL and RCPT that were accepted;
 * a `sender` without a path means that there is no transaction. `job` is in use with `has_job`.
 * `trouble` is why the content that is still coming can't be taken any more.
 */
struct submission {
	const struct request *base;
	const struct submitter *submitter;
	struct smtp_command sender;
	struct smtp_command *recipients;
	size_t count;
	struct request request; /* the base's, with this message's sender */
	struct job job;
	bool has_job;
	uint64_t size;
	uint64_t reserved; /* octets that are counted for the submitter already */
	struct err trouble;
};

void submission_init(struct submission *submission, const struct request *base,
		     const struct submitter *submitter);
/* Forgets the transaction; what was not kept is gone. */
void submission_clear(struct submission *submission);

/* Each takes what it needs out of the command, or puts the reply that refuses it into `reply`. */
bool submission_set_sender(struct submission *submission, struct smtp_command *command,
			   struct str *reply) MUST_USE;
bool submission_add_recipient(struct submission *submission, struct smtp_command *command,
			      struct str *reply) MUST_USE;

/* For DATA: chooses the account, and makes room in the queue. False with the refusal. */
bool submission_begin(struct submission *submission, struct str *reply) MUST_USE;
/* Content, with its dots undone; what is wrong with it is told by submission_end. */
void submission_take(struct submission *submission, const char *bytes, size_t len);
/*
 * The content is complete. It is put into the queue, or sent at once where there is none; `reply`
 * is what came of it. True: it is in the queue, and submission->job.spool.path says which.
 */
bool submission_end(struct submission *submission, struct str *reply) MUST_USE;
