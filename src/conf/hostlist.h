/* hostlist.h - a list of hosts with their ports, the value of `host_fallback`; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* An entry. `host` points into the text, without brackets; `port` is 0 if none is given. */
struct hostlist_entry {
	const char *host;
	size_t len;
	int port;
};

enum hostlist_step { HOSTLIST_ENTRY, HOSTLIST_END, HOSTLIST_BAD };

/*
 * Reads the next HOST[:PORT] and moves *text after it; blanks or commas separate entries. An IPv6
 * address is in brackets. HOSTLIST_BAD: the text goes on with something else.
 */
enum hostlist_step hostlist_next(const char **text, struct hostlist_entry *entry);

/* True if a text consists of one or more entries. */
bool hostlist_is_valid(const char *text);
