/* cure.h - advice for a value that a setting does not take: its fault and a correct value; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/option.h"

/*
 * Appends advice to an error such as "port: expected a number from 1 to 65535, not "587,"": ";
 * leave out the , at the end; write: 587". Appends nothing if no advice is known. The advised value
 * is always one that the setting takes: the given value without the faults, a synonym (`on` for
 * `yes`), or the nearest of the setting's words.
 */
void cure_add(const struct option *option, const char *text, struct str *out);
