/* stdio.h - an SMTP server on standard input and output, for local programs */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Serves one client until it says QUIT, closes, or is silent for five minutes (or `timeout`, if
 * that is given and shorter): RFC 5321 with PIPELINING, 8BITMIME, SMTPUTF8, SIZE, DSN and
 * ENHANCEDSTATUSCODES. Any number of messages; each is accepted by being put into the queue, or,
 * where there is none, by being sent. What was queued is sent by a child that nobody waits for, at
 * the end and every ten seconds until then; with `delivery` DELIVERY_QUEUE_ONLY by nobody.
 *
 * Lines may end CRLF or LF. The end of the line DATA decides for the content behind it: after CRLF
 * only CRLF . CRLF ends it, after LF either will do.
 *
 * Where standard input is a unix socket, as a service manager passes it, the message belongs to the
 * user at its other end, and how many may wait for one user is limited.
 *
 * Returns the exit status: EX_TEMPFAIL where a message was cut off and nothing was taken, else
 * EX_OK.
 */
int stdio_run(const struct request *request);
