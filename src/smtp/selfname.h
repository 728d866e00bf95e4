/* selfname.h - the name by which we introduce ourselves */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"

/*
 * What EHLO says, RFC 5321 sections 4.1.1.1 and 4.1.3: `domain` where somebody has set it; else the
 * host's own name where it is a full one; else the address of our end of the connection, as
 * "[192.0.2.1]" or "[IPv6:2001:db8::1]"; "localhost" on a unix socket. The caller frees it.
 */
char *selfname(const struct settings *settings, int fd) MUST_USE;

/* Whether a host name is a full one that a server can be expected to take. */
bool selfname_is_full(const char *name);
