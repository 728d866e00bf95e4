/* show.h - printing a message */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/message.h"

/*
 * Prints a completed message on stdout with LF line ends. On a terminal, control characters are
 * escaped. Returns the exit status.
 */
int show_message(const struct message *message);
