/* date.h - whether mail readers understand a Date field; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the body of a Date field is a date and a time by RFC 5322 section 3.3, or in an obsolete
 * form of section 4.3: years of two or three digits, names of time zones, comments anywhere. The
 * day must exist in the calendar; its weekday may be wrong.
 */
bool date_is_readable(const char *text, size_t len);
