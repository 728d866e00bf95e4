/* msmtp_message.h - importing one message from the two files of msmtp's queue scripts */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "cli/request.h"

/*
 * Puts the message NAME.mail of a folder into the queue, as if it had just been submitted with the
 * arguments in NAME.msmtp (separated by blanks, without quoting), and removes both files. If the
 * arguments leave out config file, account or queue folder, these come from `base`. `id` gets the
 * message's id in the queue. On any failure both files stay.
 *
 * The files are removed after the message is on stable storage, and the message can't be sent
 * before that. Meanwhile NAME.mailchute, the marker, names the message. If a crash has left a
 * marker, the files are removed if the message is in the queue. If it is not, nothing is touched,
 * because it may have been sent since (ERR_INPUT).
 */
bool msmtp_message_take(const struct request *base, int folder, const char *name, struct str *id,
			struct err *err) MUST_USE;
