/* tokencache.h - access tokens that are kept in memory until they expire */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/access_token.h"

/* A token is not used in the last minute before it expires. */
enum { TOKENCACHE_MARGIN = 60 };

/*
 * A token is kept in a file of its own (mode 0600) in the folder `mailchute` (mode 0700) of
 * $RUNTIME_DIRECTORY or else $XDG_RUNTIME_DIR. If there is no such folder, or it is not the user's,
 * or its file system is not in memory, nothing is kept: a token is never written to a disk.
 *
 * A token is found by the `key` with which it was kept, and by no other. `now` is in seconds since
 * 1970. No function reports an error: a cache that does not work counts as empty.
 */
bool tokencache_find(const char *key, int64_t now, struct access_token *out);
/* A token is not kept if its time of expiry is unknown or too near. */
void tokencache_keep(const char *key, int64_t now, const struct access_token *token);
void tokencache_forget(const char *key);
