/* import.h - taking over the messages that msmtp's queue scripts hold */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Takes over each pair of files of the folder (see pair.h), the oldest first, and says so on
 * stdout. What can't be taken over is named on stderr with the reason, and stays. Nothing is sent.
 * Meanwhile the folder is locked, in the way in which the scripts do it. Returns the exit status:
 * EX_OK if no pair is left, else that of the first one's trouble.
 */
int import_folder(const struct request *request);
