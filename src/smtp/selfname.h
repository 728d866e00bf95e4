/* selfname.h - the client's own name in EHLO */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"

/*
 * Returns the name for EHLO, RFC 5321 sections 4.1.1.1 and 4.1.3: `domain` if it was set; else the
 * host name if it is a full one; else the address of this end of the connection, as "[192.0.2.1]"
 * or "[IPv6:2001:db8::1]"; "localhost" on a unix socket. The caller frees it.
 */
char *selfname(const struct settings *settings, int fd) MUST_USE;

/* Whether a host name is fully qualified and acceptable to servers. */
bool selfname_is_full(const char *name);
