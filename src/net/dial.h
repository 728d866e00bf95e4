/* dial.h - from the relay's name to a connected socket */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/settings.h"

#include <stdint.h>

/*
 * Connects to the unix socket, or to each address of host and port in turn, until one answers or
 * the deadline passes. Returns a socket that does not block, with TCP_NODELAY, and stores the
 * address reached (for messages; the caller frees it); -1 on failure.
 * ERR_NOHOST: the name does not exist; ERR_NET: no answer, refused, unreachable; ERR_SYSTEM: no
 * socket, or source_ip can't be bound.
 */
int dial(const struct settings *settings, int64_t deadline, char **address,
	 struct err *err) MUST_USE;

/*
 * The host name as DNS and certificates know it: A-labels (IDNA2008, RFC 5891) where it is not
 * ASCII, without the brackets of an address literal. The caller frees it. ERR_NOHOST.
 */
char *dial_ascii_name(const char *host, struct err *err) MUST_USE;

/* The name that a certificate must bear: tls_host_override or the host; never NULL. */
const char *dial_reference_name(const struct settings *settings);

/* Whether a name, without brackets, is an IPv4 or IPv6 address. */
bool dial_is_address(const char *name);
