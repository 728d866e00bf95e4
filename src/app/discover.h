/* discover.h - an account for a mail address, found by DNS */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

/*
 * Appends an account for a config file, by the SRV records of the address's domain (RFC 6186, RFC
 * 8314): the host of the lowest priority, and among these of the greatest weight. ERR_INPUT: it is
 * no address with a domain; ERR_NOHOST: there is no record; ERR_NET: no answer from DNS.
 */
bool discover_add(const char *address, struct str *out, struct err *err) MUST_USE;
