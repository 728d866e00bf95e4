/* rmqs.h - asking a relay by ETRN for waiting messages */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Opens a session, logs in if the settings say so, and sends ETRN (RFC 1985) with request->rmqs to
 * ask for waiting messages. Returns the exit status.
 */
int rmqs_run(const struct request *request);
