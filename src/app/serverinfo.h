/* serverinfo.h - showing what a relay says of itself */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "conf/settings.h"

/*
 * Opens a session without logging in and appends the relay's name, greeting, TLS parameters,
 * certificate and every extension that it offers. The errors of session_open.
 */
bool serverinfo_add(struct settings *settings, struct str *out, struct err *err) MUST_USE;
