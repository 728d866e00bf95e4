/* msmtp_message.h - importing one message from the two files of msmtp's queue scripts */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "cli/request.h"

/*
 * Puts the message NAME.mail of a folder into the queue, as if it had just been given in with the
 * arguments in NAME.msmtp (with blanks between them, and nothing quoted), and removes both. Where
 * these say nothing of config file, account and queue folder, `base` does. `id` gets what the
 * message is called in the queue. On failure, of any kind, both files stay.
 *
 * They are removed once the message is on stable storage, and it can't be sent before that. In the
 * meantime NAME.mailchute names it; where a crash has left that behind, the two files are removed
 * if the message is in the queue, and are not touched if it is not, for it may have been sent since
 * (ERR_INPUT).
 */
bool msmtp_message_take(const struct request *base, int folder, const char *name, struct str *id,
			struct err *err) MUST_USE;
