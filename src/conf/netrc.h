/* netrc.h - passwords in a netrc file; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

/*
 * Finds the password for a host and a login in the text of a netrc file. The first entry with
 * exactly this host and login and with a password counts. `login` and `user` are the same, as are
 * `password` and `passwd`; entries without a login and `default` entries are ignored. Words may be
 * quoted (words.h), on one line or several; a word that begins with # begins a comment. The body of
 * a `macdef` ends with an empty line. False: there is no such entry.
 */
bool netrc_find(const char *text, size_t len, const char *host, const char *user,
		struct secret *password) MUST_USE;
