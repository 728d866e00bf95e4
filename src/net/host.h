/* host.h - host names and address literals */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * Converts a host name to the form in DNS and certificates: A-labels (IDNA2008, RFC 5891) for
 * non-ASCII names; an address literal loses its brackets. The caller frees it. ERR_NOHOST.
 */
char *host_ascii(const char *host, struct err *err) MUST_USE;

/* Whether a text is an IPv4 or IPv6 address without brackets. */
bool host_is_address(const char *text);

/*
 * Whether a text is a possible host name in DNS: labels of letters, digits, '-' and '_' (RFC 952
 * has no '_', but hosts do), 253 octets at most, with or without a final dot.
 */
bool host_is_name(const char *text);

/* Whether a name is `domain` or a subdomain of it; case and final dots do not matter. */
bool host_is_inside(const char *name, const char *domain);

/*
 * Formats "host:port", with brackets around an IPv6 address; the host alone if `port` is 0. The
 * caller frees it.
 */
char *host_place(const char *host, int port) MUST_USE;
