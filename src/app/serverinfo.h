/* serverinfo.h - showing a relay's greeting, certificate and extensions */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Opens a session without logging in and prints the relay's name, greeting, TLS parameters,
 * certificate and every extension that it offers. Returns the exit status.
 */
int serverinfo_show(const struct request *request);
