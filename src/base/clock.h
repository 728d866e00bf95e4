/* clock.h - deadlines, and the date of a message */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

#include <stdint.h>
#include <time.h>

/* Deadlines are instants on the monotonic clock, in milliseconds; CLOCK_NEVER means no deadline. */
#define CLOCK_NEVER INT64_MAX

/* The present instant. */
int64_t clock_now(void);
/* The instant `seconds` from now; 0 or less means CLOCK_NEVER. */
int64_t clock_after(int seconds);
/* The earlier of two deadlines. */
int64_t clock_earlier(int64_t a, int64_t b);
/* Milliseconds until a deadline as poll(2) takes them: 0 when it has passed, -1 for CLOCK_NEVER. */
int clock_left(int64_t deadline);

/* Appends a date-time in local time: "Mon, 23 Nov 2026 13:00:32 +0000". RFC 5322 section 3.3. */
void clock_add_date(struct str *out, time_t when);
