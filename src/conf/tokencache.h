/* tokencache.h - access tokens that are kept in memory until they expire */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/access_token.h"

/* A token is not used in the last minute before it expires. */
enum { TOKENCACHE_MARGIN = 60 };

/*
 * A token is kept in a file of its own, mode 0600, in the folder `mailchute`, mode 0700, of
 * $RUNTIME_DIRECTORY or else $XDG_RUNTIME_DIR. Where there is none of these, or it is not ours or
 * not in memory, nothing is kept: a token never gets to a disk.
 *
 * `key` is all that a token depends on; one that was kept with another key is never found. `now` is
 * in seconds since 1970. Nothing here can fail: what does not work is the same as no cache.
 */
bool tokencache_find(const char *key, int64_t now, struct access_token *out);
/* One that does not say when it expires, or expires too soon, is not kept. */
void tokencache_keep(const char *key, int64_t now, const struct access_token *token);
void tokencache_forget(const char *key);
