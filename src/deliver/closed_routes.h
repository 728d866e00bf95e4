/* closed_routes.h - the routes that have failed in this run, and why */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

/*
 * Routes that have failed in a run over several queues, and the reasons. They are not tried again
 * for another queue. Begins as zeros.
 */
struct closed_routes {
	struct closed_route *items;
	size_t count;
};

void closed_routes_done(struct closed_routes *routes);
void closed_routes_add(struct closed_routes *routes, const char *key, const struct err *reason);
/* Whether a route has failed; if so, `reason` gets the error. */
bool closed_routes_has(const struct closed_routes *routes, const char *key, struct err *reason);
