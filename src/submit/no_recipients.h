/* no_recipients.h - explaining why the header of a message names no recipient */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/message.h"

/*
 * Sets ERR_USAGE: the message, which is not completed yet, has no recipients. The text says what is
 * there instead: an empty message, no header, or a header without To, Cc and Bcc. Returns false.
 */
bool no_recipients_explain(const struct message *message, struct err *err);
