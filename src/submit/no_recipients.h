/* no_recipients.h - why the header of a message names no recipient */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/message.h"

/*
 * Says with ERR_USAGE that a message, which is not completed yet, has no recipients, and what is
 * there instead of them: nothing at all, no header, or a header without To, Cc and Bcc. Returns
 * false.
 */
bool no_recipients_explain(const struct message *message, struct err *err);
