/* verify.h - checking addresses and aliases without sending */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Checks recipients and account, and prints where each recipient's message would go. Nothing is
 * sent, and no server is asked. Returns the exit status.
 */
int verify_recipients(const struct request *request);

/*
 * Checks the account's aliases file, if it has one, and prints the number of aliases. Returns the
 * exit status, which is EX_OK without a config, too.
 */
int verify_aliases(const struct request *request);
