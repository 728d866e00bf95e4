/* cure.h - a value that a setting does not take: what is wrong with it, and what to write; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/option.h"

/*
 * Appends to "port: expected a number from 1 to 65535, not "587,"" what is known: "; leave out the
 * comma at the end; write: 587". Nothing where nothing is known. The value that is to be written is
 * one that the setting takes: the given one without what does not belong there, another word for
 * it (`yes` for `on`), or the nearest of the words that the setting has.
 */
void cure_add(const struct option *option, const char *text, struct str *out);
