/* choice.h - the config and the account that a request is for */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "submit/job.h"

/* Reads the config and chooses the account, without a message. ERR_CONFIG, ERR_IO. */
bool choice_without_message(struct job *job, struct err *err) MUST_USE;

/*
 * The same for a mode that shows it, as it would be for the message that the descriptor has: that
 * is read if the sender, or what the aliases file is asked for, is to come out of it. Also the
 * errors of message.h.
 */
bool choice_preview(struct job *job, int fd, struct err *err) MUST_USE;
/* Whether the aliases file of the account can be used for the recipients. ERR_CONFIG. */
bool choice_preview_aliases(const struct job *job, struct err *err) MUST_USE;

/*
 * In two steps around the reading of the message: what can be wrong without it is found before,
 * and its From field may choose another account, or show that this one must not be used.
 */
bool choice_begin(struct job *job, struct err *err) MUST_USE;
bool choice_finish(struct job *job, struct err *err) MUST_USE;

/*
 * Whether the message is taken although the config is none that works: that is so for a caller who
 * looks at nothing. The account is taken from the next attempt; `err` is empty then.
 */
bool choice_do_without(struct job *job, struct err *err);
