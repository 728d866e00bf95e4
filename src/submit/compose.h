/* compose.h - making a message of addresses, texts and files */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"
#include "mail/message.h"

/*
 * Makes the message that the request's composition asks for, and puts it into `message`, which has
 * not been begun; what every message needs (From, Date, Message-ID) is left to complete_message.
 * `in` is standard input. Nothing is held in memory but a piece at a time. ERR_NOINPUT: a file that
 * can't be read; ERR_INPUT: an address; and the errors of message.h.
 */
bool compose_message(const struct request *request, int in, struct message *message,
		     struct err *err) MUST_USE;
