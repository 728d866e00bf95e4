/* bounce.h - failed recipients: the command on_failure, and the notice to the sender */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"
#include "queue/entry.h"

/*
 * Tells about the failed recipients: runs on_failure, and queues a delivery status notification for
 * bounce_to or the sender, unless the message is one that must not be answered. `notice` gets it
 * locked, so that no run sends it before the caller has written down that it was made. Done again
 * for the same message it runs nothing and leaves one notification.
 */
bool bounce_failure(struct entry *entry, const struct settings *settings, struct entry *notice,
		    struct err *err) MUST_USE;
