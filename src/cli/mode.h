/* mode.h - the modes in mode.def, and their traits */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>

/* The modes in order of precedence: of several on a command line, the last one here wins. */
enum mode {
#define MODE(mode, option, traits, function) MODE_##mode,
#include "cli/mode.def"
};

/* The traits of mode.def. */
bool mode_takes_id(enum mode mode);
bool mode_takes_recipients(enum mode mode);
bool mode_has_message(enum mode mode);
bool mode_reads_message(enum mode mode);
bool mode_is_look(enum mode mode);
bool mode_is_information(enum mode mode);

/* Finds the mode of a long option, given without its dashes. */
bool mode_find(const char *option, enum mode *found);
