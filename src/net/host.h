/* host.h - host names, and the addresses that can stand in their place */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * The host name as DNS and certificates know it: A-labels (IDNA2008, RFC 5891) where it is not
 * ASCII, without the brackets of an address literal. The caller frees it. ERR_NOHOST.
 */
char *host_ascii(const char *host, struct err *err) MUST_USE;

/* Whether a text, without brackets, is an IPv4 or IPv6 address. */
bool host_is_address(const char *text);

/*
 * Whether a text can be a host's name in DNS: labels of letters, digits, '-' and '_' (RFC 952 has
 * no '_', but hosts do), 253 octets at most, with a final dot or without.
 */
bool host_is_name(const char *text);

/* Whether a name is `domain` itself or one below it; case and final dots do not matter. */
bool host_is_inside(const char *name, const char *domain);

/* "host:port" with brackets around an IPv6 address; the host alone where `port` is 0. To free. */
char *host_place(const char *host, int port) MUST_USE;
