/* bounce.h - failed recipients: the command on_failure, and the notice to the sender */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"
#include "queue/entry.h"

/*
 * Handles the failed recipients: runs on_failure, and queues a bounce to bounce_to or the sender,
 * unless the message must not be answered. `notice` gets the bounce, locked: no run sends it before
 * the caller has written down that it exists. A second call for the same message does not run the
 * command again, and leaves one bounce.
 */
bool bounce_failure(struct entry *entry, const struct settings *settings, struct entry *notice,
		    struct err *err) MUST_USE;
