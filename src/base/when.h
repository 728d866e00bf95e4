/* when.h - times and durations as people type them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <stdint.h>

/*
 * The seconds in "90s", "10m" or "1h30m"; d is a day, w a week, and a bare number means minutes. 0:
 * it is no such text, or nothing, or more than an int holds.
 */
int when_read_duration(const char *text) MUST_USE;

/*
 * Reads a point in time, in seconds since 1970:
 *
 *	2026-12-24T18:00  date and time of RFC 3339, with or without seconds, a blank or a T
 *between; behind it Z, +01:00 or +0100, else it is local time 18:00             the next time that
 *the clock says so, local time +2h               so long after `now`, see when_read_duration
 *
 * False: it is none of these, or a day that is not in the calendar. What it says may be past.
 */
bool when_parse(const char *text, int64_t now, int64_t *when) MUST_USE;
