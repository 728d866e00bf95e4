/* resolve.h - from a host's name to its addresses */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "net/endpoint.h"

#include <stdint.h>

/*
 * Finds the addresses of a host (an ASCII name, or an address without brackets), in the order of
 * RFC 6724. The resolver knows no deadline, so it runs in a child. Without a child: an address, and
 * localhost or a name below it, which is 127.0.0.1 and ::1 (RFC 6761 section 6.3). ERR_NOHOST: the
 * name does not exist, or has no address; ERR_NET: no answer at the moment.
 */
bool resolve_host(const char *host, int port, int64_t deadline, struct endpoints *endpoints,
		  struct err *err) MUST_USE;

/* Reads an address without any look-up; false if the text is not an address. */
bool resolve_address(const char *text, int port, struct endpoints *endpoints) MUST_USE;
