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
 * Opens these queues:
 *
 *	with --queue-folder       this one
 *	with --account            the account's queue
 *	with --file               those of all accounts in this file, and the default ones
 *	else                      these, and all that are noted at the default place (see places.h)
 *
 * For a retry, --account names the relay, and does not limit the queues. A queue that does not
 * exist is left out. So is a queue of another user, unless the request or its account names it. If
 * the config is missing or has errors, the other queues are opened all the same. Fails only if
 * there is no such account, or if root must not trust the config (see parse.h) and the mode does
 * more than look: ERR_CONFIG.
 */
bool queues_open(struct queues *queues, const struct request *request, struct err *err) MUST_USE;
void queues_done(struct queues *queues);
