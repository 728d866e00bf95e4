/* queues.h - the queues that a request is about */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"
#include "queue/spool.h"

/*
 * The open queues, first the one that the request or its account names. `status` is EX_OK, or the
 * exit status for the first queue or file that could not be read; errors in a config file do not
 * change it. `problems` has a line for each error, for report_warnings; if it is not empty, queues
 * may be missing.
 */
struct queues {
	struct spool *items;
	size_t count;
	int status;
	struct str problems;
};

/*
 * Opens
 *
 *	with --queue-folder       this one
 *	with --account            the account's (a retry, which names a relay by it: as without)
 *	with --file               those of all accounts in that file, and the default ones
 *	else                      these and all that are written down (see places.h)
 *
 * A queue that does not exist is left out, and so is one that belongs to another user, unless the
 * request or its account names it. With a config that is missing or broken the others are opened
 * all the same. Fails only if there is no such account, or if root must not trust the config (see
 * parse.h) and is not only looking: ERR_CONFIG.
 */
bool queues_open(struct queues *queues, const struct request *request, struct err *err) MUST_USE;
void queues_done(struct queues *queues);
