/* withdraw.h - taking a message back when its sender is interrupted */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/entry.h"

/*
 * From now on SIGHUP, SIGINT and SIGTERM remove the message from the queue, where it may not be
 * yet, before the process dies of them. The entry must not move. A signal that our caller made us
 * ignore stays ignored, here and below; without this call the others have no effect.
 */
void withdraw_on_signal(const struct entry *entry);

/* The relay may have the message: the signals just end the process. */
void withdraw_never(void);

/* What became of the message is decided, and is being written down: the signals have to wait. */
void withdraw_done(void);
