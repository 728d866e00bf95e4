/* route.h - the account and settings with which a queued message is sent */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/config.h"
#include "queue/record.h"

/*
 * An account, resolved now from what the record of a message remembers: config file, account,
 * options of the command line. `key` is equal for messages that can share a session. If the account
 * cannot be resolved, `problem` has the reason, and `account` is not set.
 */
struct route {
	char *recipe; /* the config file, account and options of the record, as one text */
	char *key;
	struct config config;
	struct account account;
	struct err problem;
};

/* The routes of this run; each recipe is resolved once. */
struct routes {
	struct route **items;
	size_t count;
};

void routes_done(struct routes *routes);

/* Finds or resolves the route of a record; the route belongs to `routes`. */
struct route *routes_find(struct routes *routes, const struct record *record);

/*
 * The relay, login and TLS settings as one text; messages with equal keys can share a session. The
 * caller frees it.
 */
char *route_key(const struct settings *settings) MUST_USE;

/*
 * Writes into a record where the message goes: the config file named on the command line (NULL:
 * none), the account, and its settings that come from the command line or the environment.
 */
void route_remember(struct record *record, const char *config_file, const struct account *account);
