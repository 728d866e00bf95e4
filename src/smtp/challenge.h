/* challenge.h - what a server's challenge may not be, before a library gets to see it; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * SCRAM's iterations are work that the server makes us do: more than the first is an attack, less
 * than the second is less than RFC 7677 section 4 asks for.
 */
enum { CHALLENGE_ITERATIONS_MAX = 1000000, CHALLENGE_ITERATIONS_MIN = 4096 };

/*
 * The iteration count in a first message of a SCRAM server (RFC 5802 section 7); 0 where there is
 * none, or one that is no number.
 */
unsigned long challenge_iterations(const char *message, size_t len);

/*
 * Whether a message of a SCRAM server asks for a bearable number of iterations. ERR_PROTO. A low
 * number is let through, and the trace says so.
 */
bool challenge_check_scram(const char *message, size_t len, struct err *err) MUST_USE;

/* Whether this is a challenge of NTLM whose parts lie within it. ERR_PROTO. */
bool challenge_check_ntlm(const char *message, size_t len, struct err *err) MUST_USE;
