/* unknown.h - advice for a name that is no setting; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/nearest.h"
#include "base/str.h"

/*
 * Appends an error about the first word of a line, with advice: there is no setting "hots"; did you
 * mean host? The text after a character that no name contains is not shown, as it may be a
 * password.
 */
void unknown_add(const char *name, struct str *out);

/* The setting that other programs call by that name, as `host` for `mailhub`; NULL: none. */
const char *unknown_synonym(const char *name);

/* Offers the names of all settings, old spellings included. */
void unknown_offer_settings(struct nearest *nearest);
