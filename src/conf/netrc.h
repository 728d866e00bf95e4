/* netrc.h - passwords in a netrc file; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

/*
 * Finds the password for a host and a login in the text of a netrc file: that of the first entry
 * with both, written just so, and a password. `login` and `user` are the same, as are `password`
 * and `passwd`; an entry without a login is for nobody, and `default` is not looked at. Words may
 * stand in quotes, as words.h says, on one line or several; a word that begins with # begins a
 * comment. The body of a `macdef` ends with an empty line. False: there is none.
 */
bool netrc_find(const char *text, size_t len, const char *host, const char *user,
		struct secret *password) MUST_USE;
