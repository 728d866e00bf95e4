/* refusal.h - refusing a program's message: keep a copy, send a bounce */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "submit/job.h"

/*
 * Handles a message that could not be prepared like a relay's refusal: keeps a copy in failed/,
 * sends a bounce to the sender, and runs on_failure. If the header or an address could not be
 * parsed, the copy is for reading only. A copy of a message that the filter refused can be retried.
 *
 * Nothing is done for a person, without a queue, for input that was cut off, and if `reason` is no
 * refusal. Returns whether there is a copy; its id is `job->entry.record.id`.
 */
bool refusal_keep(struct job *job, const struct err *reason);

/*
 * Does the same for bad recipient addresses of a prepared message, in a copy of its own. The
 * message goes to the other recipients. Returns false if that copy can't be kept: the message must
 * not be sent then, because its caller could not know which recipients are missing.
 */
bool refusal_keep_part(const struct job *job, struct err *err);

/*
 * Calls refusal_keep for a message on standard input, and prints the reason and the place of the
 * copy on stderr. Returns the exit status.
 */
int refusal_report(struct job *job, const struct err *reason);
