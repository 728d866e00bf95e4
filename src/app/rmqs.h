/* rmqs.h - asking a relay for the messages that wait there */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/settings.h"

/*
 * Opens a session, logs in where the settings say so, and asks by ETRN for what waits for `what`.
 * The errors of session_open and etrn_ask.
 */
bool rmqs_ask(struct settings *settings, const char *what, struct err *err) MUST_USE;
