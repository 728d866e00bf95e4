/* race.h - connecting to the first of several addresses that answers; RFC 8305 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "net/endpoint.h"

#include <stdint.h>

/*
 * Tries the addresses in their order: the next one begins as soon as the one before has failed, or
 * 250 ms after it began (RFC 8305 section 5), and the first that connects wins; the others are
 * closed. All must be done by the deadline. `source` is the address to connect from, NULL: any.
 * Returns a socket that does not block (a TCP one with TCP_NODELAY), and which address it is; -1 on
 * failure. ERR_NET: none was reached, with the reason for each; ERR_SYSTEM: there is no socket, or
 * `source` can't be used.
 */
int race_connect(const struct endpoints *endpoints, const struct endpoint *source, int64_t deadline,
		 size_t *winner, struct err *err) MUST_USE;
