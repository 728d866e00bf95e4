/* challenge.h - checks of a server's challenge before a library parses it; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * Limits for SCRAM's iterations. They are work for the client: more than the maximum is an attack.
 * RFC 7677 section 4 asks for the minimum.
 */
enum { CHALLENGE_ITERATIONS_MAX = 1000000, CHALLENGE_ITERATIONS_MIN = 4096 };

/*
 * The iteration count in the first message of a SCRAM server (RFC 5802 section 7); 0 if it is
 * missing or not a number.
 */
unsigned long challenge_iterations(const char *message, size_t len);

/*
 * Checks that a SCRAM server asks for a bearable number of iterations. ERR_PROTO. A low number
 * passes, with a line in the trace.
 */
bool challenge_check_scram(const char *message, size_t len, struct err *err) MUST_USE;

/* Checks that a message is an NTLM challenge whose parts lie within it. ERR_PROTO. */
bool challenge_check_ntlm(const char *message, size_t len, struct err *err) MUST_USE;
