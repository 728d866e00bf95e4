/* complete.h - the header fields that a message still needs */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"
#include "mail/message.h"

/*
 * Completes the header as the settings ask: From, Date and Message-ID where they are missing, Bcc
 * taken away. `sender` is the envelope's. ERR_IO.
 */
bool complete_message(struct message *message, const char *sender, const struct settings *settings,
		      struct err *err) MUST_USE;
