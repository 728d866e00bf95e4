/* unknown.h - a word that is no setting: what was meant by it; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/nearest.h"
#include "base/str.h"

/*
 * Appends what is wrong with the first word of a line, and what to write: "there is no setting
 * "hots"; did you mean host?". What follows a character that is in no name is not shown, as it may
 * be a password.
 */
void unknown_add(const char *name, struct str *out);

/* The setting that other programs call so, such as `mailhub` for host; NULL: there is none. */
const char *unknown_synonym(const char *name);

/* Offers all settings of config files, by their new and old names. */
void unknown_offer_settings(struct nearest *nearest);
