/* stdio.h - an SMTP server on standard input and output, for local programs */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Serves one client until it says QUIT, closes, or is silent for five minutes (or `timeout`, if
 * that is shorter). Speaks RFC 5321 with PIPELINING, 8BITMIME, SMTPUTF8, SIZE, DSN and
 * ENHANCEDSTATUSCODES. The number of messages is not limited. Each is accepted by saving it in the
 * queue or, without a queue, by sending it. Saved messages are sent by a background child, at the
 * end of the session and every ten seconds until then; with `delivery` DELIVERY_QUEUE_ONLY they are
 * not sent.
 *
 * Lines may end with CRLF or LF. The line end of DATA decides for the content after it: after CRLF
 * only CRLF . CRLF ends the content, after LF both line ends do.
 *
 * If standard input is a unix socket, as a service manager passes it, messages belong to the user
 * at its other end. The number of messages that may wait for such a user is limited.
 *
 * Returns the exit status: EX_TEMPFAIL if a message was cut off and no message was accepted, else
 * EX_OK.
 */
int stdio_run(const struct request *request);
