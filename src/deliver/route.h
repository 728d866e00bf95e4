/* route.h - a stored message's way back to the account that it is sent with */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/config.h"
#include "queue/record.h"

/*
 * An account as it is resolved now, from what a record remembers: config file, account, options of
 * its command line. `key` is the same for messages that can share a session. Where the account
 * can't be resolved, `problem` says why, and nothing else is set.
 */
struct route {
	char *recipe; /* what the record remembers, as one text */
	char *key;
	struct config config;
	struct account account;
	struct err problem;
};

/* The routes met in this run; each recipe is resolved once. */
struct routes {
	struct route **items;
	size_t count;
};

void routes_done(struct routes *routes);

/* The route of a record; it belongs to `routes`. */
struct route *routes_find(struct routes *routes, const struct record *record);

/* What a session is shared by: relay, login and TLS settings, as one text; the caller frees it. */
char *route_key(const struct settings *settings) MUST_USE;

/*
 * Lets a record remember where it was to go: the config file named on the command line (NULL:
 * none), the account, and those of its settings that no file says.
 */
void route_remember(struct record *record, const char *config_file, const struct account *account);
