/* import.h - importing the messages of msmtp's queue scripts */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Takes over the messages of the folder (see msmtp_message.h), the oldest first, and prints a line
 * for each on stdout. A message that can't be taken over stays, and its error is printed on stderr.
 * Nothing is sent. The folder is locked meanwhile, in the way of the scripts. Returns EX_OK if no
 * message is left, else the exit status of the first error.
 */
int import_folder(const struct request *request);
