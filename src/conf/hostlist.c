/* hostlist.c - a list of hosts with their ports, the value of `host_fallback`; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/hostlist.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATORS " \t,"

/* An address may name the interface that it belongs to: fe80::1%eth0. */
static bool is_ipv6(const char *text, size_t len)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	CLEANUP(mem_free_at) char *address = mem_copy_n(text, len);

	address[strcspn(address, "%")] = '\0';
	return inet_pton(AF_INET6, address, bytes) == 1;
}

/* The part between the brackets, or up to the colon. */
static bool take_host(const char **text, struct hostlist_entry *entry)
{
	bool is_bracketed = **text == '[';

	entry->host = *text + is_bracketed;
	entry->len = strcspn(entry->host, is_bracketed ? "]" SEPARATORS : "[]:" SEPARATORS);
	*text = entry->host + entry->len;
	if (!is_bracketed)
		return entry->len > 0;
	if (**text != ']' || !is_ipv6(entry->host, entry->len))
		return false;
	(*text)++;
	return true;
}

static bool take_port(const char **text, struct hostlist_entry *entry)
{
	char *end;

	entry->port = 0;
	if (**text != ':')
		return true;
	if ((*text)[1] < '0' || (*text)[1] > '9')
		return false;
	long port = strtol(*text + 1, &end, 10);
	*text = end;
	entry->port = port <= 65535 ? (int)port : 0;
	return entry->port > 0;
}

enum hostlist_step hostlist_next(const char **text, struct hostlist_entry *entry)
{
	*text += strspn(*text, SEPARATORS);
	if (!**text)
		return HOSTLIST_END;
	if (!take_host(text, entry) || !take_port(text, entry))
		return HOSTLIST_BAD;
	return strchr(SEPARATORS, **text) ? HOSTLIST_ENTRY : HOSTLIST_BAD;
}

bool hostlist_is_valid(const char *text)
{
	struct hostlist_entry entry;
	enum hostlist_step step;
	size_t count = 0;

	while ((step = hostlist_next(&text, &entry)) == HOSTLIST_ENTRY)
		count++;
	return step == HOSTLIST_END && count > 0;
}
