/* intake.h - taking in one message: account, queue file, envelope, header, filter */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "submit/job.h"

/*
 * All that comes before the network: the account, the message from the descriptor (into the queue's
 * folder where there is to be one), the envelope from command line and header, the completed
 * header. The errors of config.h, message.h and address.h, and ERR_USAGE where there is no
 * recipient.
 */
bool intake_prepare(struct job *job, int fd, struct err *err) MUST_USE;

/*
 * The same in two steps, for a message that comes in another way. Between them the caller puts it
 * into `message` (message_begin, message_take, message_end), and may put recipients into the
 * envelope, which then replace the request's, and the parameters `ret` and `envid`.
 */
bool intake_begin(struct job *job, struct err *err) MUST_USE;
bool intake_finish(struct job *job, struct err *err) MUST_USE;
/*
 * The last step of intake_finish: writes down in envelope and record what is known of the message.
 * For a copy of what can't be prepared, that is all there is.
 */
void intake_describe(struct job *job);

/*
 * Puts the prepared message into the queue; true when it is there for good. Where a queue was
 * wanted and can't be had, that is printed, and the message is as it was.
 */
bool intake_save(struct job *job);
