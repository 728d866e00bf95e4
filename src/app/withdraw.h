/* withdraw.h - taking a message back when its sender is interrupted */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/entry.h"

/*
 * From now on SIGHUP, SIGINT and SIGTERM remove the message from the queue before the process dies
 * of them. The entry must not move.
 */
void withdraw_on_signal(const struct entry *entry);

/* No more: the relay may have the message, or it is settled. The signals just end the process. */
void withdraw_never(void);
