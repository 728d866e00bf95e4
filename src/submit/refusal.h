/* refusal.h - a program's message that we refuse ourselves: a copy is kept, and its sender told */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "submit/job.h"

/*
 * Does with a message that could not be prepared what is done after a relay's refusal: a copy goes
 * to failed/, its sender gets a notice, and on_failure is run. A copy of a message without a
 * meaning (its header or an address can't be read) is only for reading; one that the filter refuses
 * can be tried again.
 *
 * Nothing is done for a person, without a queue, for an input that did not come as a whole, and
 * where the reason is no refusal. Returns whether there is a copy; `job->entry.record.id` is its
 * id.
 */
bool refusal_keep(struct job *job, const struct err *reason);

/*
 * The same for the recipients of a prepared message that have no plain meaning, in a copy of its
 * own; the message goes to the others. False where that copy can't be kept: nobody is to get the
 * message then, as its caller could not know who has not got it.
 */
bool refusal_keep_part(const struct job *job, struct err *err);

/* The same for a message on standard input; all is said on stderr. Returns the exit status. */
int refusal_report(struct job *job, const struct err *reason);
