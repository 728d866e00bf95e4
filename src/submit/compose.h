/* compose.h - making a message from addresses, texts and files */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"
#include "mail/message.h"

/*
 * Makes the message that the request's composition asks for. `message` must not have been begun.
 * From, Date and Message-ID are added later by complete_message. `in` is standard input. Only a
 * piece of a file is in memory at a time. ERR_NOINPUT: a file can't be read; ERR_INPUT: a bad
 * address; and the errors of message.h.
 */
bool compose_message(const struct request *request, int in, struct message *message,
		     struct err *err) MUST_USE;
