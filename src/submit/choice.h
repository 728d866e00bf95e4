/* choice.h - choosing the config and the account of a request */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "submit/job.h"

/* Reads the config and chooses the account, without a message. ERR_CONFIG, ERR_IO. */
bool choice_without_message(struct job *job, struct err *err) MUST_USE;

/*
 * Chooses the account for a mode that shows it, as for the message on the descriptor. The message
 * is read only if the sender, or a lookup in the aliases file, depends on it. Also the errors of
 * message.h.
 */
bool choice_preview(struct job *job, int fd, struct err *err) MUST_USE;
/* Checks that the account's aliases file can be used for the recipients. ERR_CONFIG. */
bool choice_preview_aliases(const struct job *job, struct err *err) MUST_USE;

/*
 * Choose the account in two steps, before and after the message is read. The first finds the errors
 * that do not depend on the message. In the second, the From field may choose another account, or
 * refuse this one (strict).
 */
bool choice_begin(struct job *job, struct err *err) MUST_USE;
bool choice_finish(struct job *job, struct err *err) MUST_USE;

/*
 * Whether to accept the message although the config has errors, for a caller that ignores the exit
 * status. If so, `err` is moved to `job->obstacle`, and the next attempt chooses the account.
 */
bool choice_do_without(struct job *job, struct err *err);
