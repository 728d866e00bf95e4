/* when.h - times and durations as people and programs write them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <stdint.h>

/*
 * The seconds in "90s", "10m" or "1h30m"; d is a day, w a week, and a bare number means minutes. 0:
 * another text, no duration at all, or more seconds than an int can hold.
 */
int when_read_duration(const char *text) MUST_USE;

/*
 * Reads a point in time as people type it, in seconds since 1970. False: no such time, or a day
 * that is not in the calendar. The time may be in the past. The forms are:
 *
 * - date and time of RFC 3339, with or without seconds, with a blank or a T between:
 *   2026-12-24T18:00; then Z, +01:00 or +0100, or nothing for local time
 * - the next time that the local clock shows it: 18:00
 * - a duration after `now`, see when_read_duration: +2h
 */
bool when_parse(const char *text, int64_t now, int64_t *when) MUST_USE;

/*
 * Reads a time as programs write it, with seconds and a zone: "2026-03-01T12:30:00.5+01:00". A
 * fraction is dropped. RFC 3339 section 5.6.
 */
bool when_read_stamp(const char *text, int64_t *when) MUST_USE;
/* The same without a zone, in local time: "2026-03-01 12:30:00.000000". */
bool when_read_local_stamp(const char *text, int64_t *when) MUST_USE;
