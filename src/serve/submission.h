/* submission.h - one message submitted by SMTP: accept, save or send, and reply */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "serve/smtp_command.h"
#include "submit/submitter.h"

enum {
	SUBMISSION_RECIPIENTS_MAX = 10000,
	SUBMISSION_SIZE_MAX = 256 * 1024 * 1024,
};

/*
 * A mail transaction. `sender` and `recipients` are the accepted MAIL and RCPT commands. A `sender`
 * without a path means that no transaction is open. `job` is valid if `has_job` is set. `trouble`
 * is the first error in the content; the message is refused for it at the end.
 */
struct submission {
	const struct request *base;
	const struct submitter *submitter;
	struct smtp_command sender;
	struct smtp_command *recipients;
	size_t count;
	struct request request; /* a copy of `base` with this message's sender */
	struct job job;
	bool has_job;
	uint64_t size;
	uint64_t reserved; /* octets already counted for the submitter */
	struct err trouble;
};

void submission_init(struct submission *submission, const struct request *base,
		     const struct submitter *submitter);
/* Ends the transaction, and frees a message that was not saved. */
void submission_clear(struct submission *submission);

/* Each takes over the command's members or, on failure, puts the refusing reply into `reply`. */
bool submission_set_sender(struct submission *submission, struct smtp_command *command,
			   struct str *reply) MUST_USE;
bool submission_add_recipient(struct submission *submission, struct smtp_command *command,
			      struct str *reply) MUST_USE;

/*
 * Begins DATA: chooses the account, and creates the file in the queue. On failure `reply` has the
 * refusal.
 */
bool submission_begin(struct submission *submission, struct str *reply) MUST_USE;
/* Takes content, with dot-stuffing undone. Errors in it are reported by submission_end. */
void submission_take(struct submission *submission, const char *bytes, size_t len);
/*
 * Ends the content: saves the message in the queue or, without a queue, sends it at once. `reply`
 * gets the result. Returns true if the message is in the queue at submission->job.spool.path.
 */
bool submission_end(struct submission *submission, struct str *reply) MUST_USE;
