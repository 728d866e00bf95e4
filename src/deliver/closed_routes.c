/* closed_routes.c - the routes that have failed in this run, and why */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/closed_routes.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct closed_route {
	char *key;
	struct err reason;
};

void closed_routes_done(struct closed_routes *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		free(routes->items[i].key);
		err_done(&routes->items[i].reason);
	}
	free(routes->items);
	*routes = (struct closed_routes){ 0 };
}

void closed_routes_add(struct closed_routes *routes, const char *key, const struct err *reason)
{
	mem_grow(routes->items, routes->count);
	struct closed_route *added = &routes->items[routes->count++];
	*added = (struct closed_route){ .key = mem_copy(key) };
	err_copy(&added->reason, reason);
}

bool closed_routes_has(const struct closed_routes *routes, const char *key, struct err *reason)
{
	for (size_t i = 0; i < routes->count; i++) {
		if (strcmp(routes->items[i].key, key) != 0)
			continue;
		err_copy(reason, &routes->items[i].reason);
		return true;
	}
	return false;
}
