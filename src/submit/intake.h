/* intake.h - preparing one message: account, queue file, envelope, header, filter */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "submit/job.h"

/*
 * Does everything before the network: chooses the account, reads the message from the descriptor
 * (into the queue's folder, if there is a queue), sets the envelope from command line and header,
 * and completes the header. The errors of config.h, message.h and address.h, and ERR_USAGE without
 * a recipient.
 */
bool intake_prepare(struct job *job, int fd, struct err *err) MUST_USE;

/*
 * The two steps of intake_prepare, for a message that arrives in another way. In between, the
 * caller fills `message` (message_begin, message_take, message_end). It may also set recipients in
 * the envelope, which replace the request's, and the parameters `ret` and `envid`.
 */
bool intake_begin(struct job *job, struct err *err) MUST_USE;
bool intake_finish(struct job *job, struct err *err) MUST_USE;
/*
 * The last step of intake_finish: sets the size, properties and parameters of the message in
 * envelope and record. A copy of a message that can't be prepared gets only this step.
 */
void intake_describe(struct job *job);

/*
 * Saves the prepared message in the queue. Returns true if it is on stable storage. If a queue was
 * wanted and saving failed, the error is printed, and the message is unchanged.
 */
bool intake_save(struct job *job);
