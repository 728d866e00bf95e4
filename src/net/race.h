/* race.h - connecting to the first of several addresses that answers; RFC 8305 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "net/endpoint.h"

#include <stdint.h>

/*
 * Tries the addresses in their order: the next attempt starts as soon as the one before has failed,
 * or 250 ms after its start (RFC 8305 section 5). The first that connects wins; the others are
 * closed. All attempts end at the deadline. `source` is the address to connect from, NULL: any.
 * Returns a non-blocking socket (a TCP one with TCP_NODELAY), and the index of its address in
 * `winner`; -1 on failure. ERR_NET: no address was reached, with the reason for each; ERR_SYSTEM:
 * there is no socket, or `source` can't be used.
 */
int race_connect(const struct endpoints *endpoints, const struct endpoint *source, int64_t deadline,
		 size_t *winner, struct err *err) MUST_USE;
