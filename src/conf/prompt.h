/* prompt.h - asking for a secret on the terminal */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <stdint.h>

enum { PROMPT_SECONDS = 120 };

/*
 * Asks on the controlling terminal, whatever stdin is, with echo off. `out` stays empty if there is
 * no such terminal, or if other processes are in its foreground.
 *
 * The modes of the terminal are always restored. A signal that ends or stops the process has its
 * usual effect after that; when the process continues it asks again. ERR_AUTH: nothing was typed
 * before the deadline.
 */
bool prompt_ask(const char *question, int64_t deadline, struct secret *out,
		struct err *err) MUST_USE;
