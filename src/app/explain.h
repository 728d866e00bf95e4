/* explain.h - showing what would be sent, and by which rules: --explain, --dry-run */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Prepares the request as if it were to be sent, with the message on standard input (none where
 * that is a terminal), and prints account, rule, settings, envelope and header. Returns the exit
 * status that an error in any of these would have.
 */
int explain_message(const struct request *request);

/* The same, but prints the message as it would be sent, and waits for it at a terminal. */
int explain_dry_run(const struct request *request);
