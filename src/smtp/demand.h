/* demand.h - checks that the relay offers what the settings and a message demand */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/envelope.h"
#include "smtp/session.h"

/*
 * Checks that the relay offers the extensions that the settings and the addresses need, and that
 * each domain can be converted to A-labels. ERR_UNAVAILABLE: an extension that a setting needs is
 * missing; ERR_INPUT: an address can't be sent.
 */
bool demand_check(const struct session *session, const struct envelope *envelope,
		  struct err *err) MUST_USE;

/* Checks a message's size against the relay's limit, if it has one. ERR_INPUT. */
bool demand_check_size(const struct session *session, uint64_t size, struct err *err) MUST_USE;
