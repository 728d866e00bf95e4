/* explain.h - showing the message and its account as for sending: --explain, --dry-run */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Prepares the message on standard input as for sending, and prints account, rule, settings,
 * envelope and header. At a terminal the message is empty. Returns the exit status that an error in
 * any of these would have.
 */
int explain_message(const struct request *request);

/*
 * Prepares the message likewise, and prints it as it would be sent. Waits for the message at a
 * terminal, too.
 */
int explain_dry_run(const struct request *request);
