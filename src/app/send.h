/* send.h - sending one message: prepare, save, send, settle, report */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Sends the message on standard input as the request asks. Reports the result on stderr and in the
 * logs. Returns the exit status.
 */
int send_message(const struct request *request);
