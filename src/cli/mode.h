/* mode.h - what the program can do: send, or one of the modes in mode.def */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>

/* In the order of precedence: the last one that a command line names is done. */
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
