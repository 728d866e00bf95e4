/* discover.h - finding an account for a mail address by DNS */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

/*
 * Prints an account for a config file, found by the SRV records of the domain of
 * request->configured (RFC 6186, RFC 8314). Takes the host with the lowest priority and the
 * greatest weight. Returns the exit status: EX_DATAERR if the address is invalid or has no domain,
 * EX_NOHOST if there is no record, EX_TEMPFAIL if DNS does not answer.
 */
int discover_show(const struct request *request);
