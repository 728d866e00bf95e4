/* hostlist.h - a list of hosts with their ports, as `host_fallback` has it; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* An entry: the host's octets, without brackets, lie in the text; `port` is 0 where it has none. */
struct hostlist_entry {
	const char *host;
	size_t len;
	int port;
};

enum hostlist_step { HOSTLIST_ENTRY, HOSTLIST_END, HOSTLIST_BAD };

/*
 * Takes the next HOST[:PORT] off the text; blanks or commas stand between them. An IPv6 address
 * stands in brackets. HOSTLIST_BAD: what comes next is no such entry.
 */
enum hostlist_step hostlist_next(const char **text, struct hostlist_entry *entry);

/* Whether a text consists of entries alone, of one at least. */
bool hostlist_is_valid(const char *text);
