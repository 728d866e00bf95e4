/* prompt.h - asking for a secret on the terminal */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <stdint.h>

enum { PROMPT_SECONDS = 120 };

/*
 * Asks on the terminal that controls this process, whatever stdin is; what is typed is not shown.
 * Where there is no such terminal, or it belongs to other processes for now, `out` stays empty.
 *
 * The terminal is as it was on every way out. A signal that would end or stop the process has its
 * usual effect after that; when it goes on it asks again. ERR_AUTH: nothing was typed, or not
 * before the deadline.
 */
bool prompt_ask(const char *question, int64_t deadline, struct secret *out,
		struct err *err) MUST_USE;
