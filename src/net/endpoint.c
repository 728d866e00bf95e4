/* endpoint.c - addresses with their ports, and the order in which they are tried; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/endpoint.h"

#include "base/str.h"

#include <netdb.h>
#include <string.h>
#include <sys/un.h>

void endpoints_done(struct endpoints *endpoints)
{
	if (endpoints)
		mem_free_at(&endpoints->canonical);
}

bool endpoints_add(struct endpoints *endpoints, const struct sockaddr *address, socklen_t len)
{
	struct endpoint *new = &endpoints->items[endpoints->count];

	if (endpoints->count == ENDPOINTS_MAX || len > sizeof new->address)
		return false;
	*new = (struct endpoint){ .len = len };
	memcpy(&new->address, address, len);
	endpoints->count++;
	return true;
}

static void move(struct endpoint *items, size_t from, size_t to)
{
	const struct endpoint moved = items[from];

	memmove(items + to + 1, items + to, (from - to) * sizeof *items);
	items[to] = moved;
}

void endpoints_interleave(struct endpoints *endpoints)
{
	struct endpoint *items = endpoints->items;

	for (size_t i = 1; i < endpoints->count; i++) {
		size_t other = i;
		while (other < endpoints->count &&
		       items[other].address.ss_family == items[i - 1].address.ss_family)
			other++;
		if (other < endpoints->count)
			move(items, other, i);
	}
}

void endpoints_drop(struct endpoints *endpoints, size_t count)
{
	endpoints->count -= count;
	memmove(endpoints->items, endpoints->items + count,
		endpoints->count * sizeof *endpoints->items);
}

void endpoints_keep_family(struct endpoints *endpoints, int family)
{
	size_t kept = 0;

	for (size_t i = 0; i < endpoints->count; i++)
		if (endpoints->items[i].address.ss_family == family)
			endpoints->items[kept++] = endpoints->items[i];
	endpoints->count = kept;
}

char *endpoint_text(const struct endpoint *endpoint)
{
	const struct sockaddr *address = (const struct sockaddr *)&endpoint->address;
	char host[NI_MAXHOST];

	if (address->sa_family == AF_UNIX)
		return mem_copy(((const struct sockaddr_un *)&endpoint->address)->sun_path);
	if (getnameinfo(address, endpoint->len, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
		return mem_copy("?");
	return str_format(address->sa_family == AF_INET6 ? "[%s]" : "%s", host);
}
