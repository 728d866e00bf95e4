/* judge.h - judgement of a reply: success, or the kind of error; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/phase.h"
#include "smtp/reply.h"

/*
 * Whether the reply is a success in that phase. Otherwise: ERR_DEFER for 4yz, and for 552 to RCPT,
 * which means too many recipients (RFC 5321 section 4.5.3.1.10); for any other 5yz the kind of
 * remedy_kind, else the phase's own; ERR_PROTO for other replies. The text begins with the server's
 * code.
 */
bool judge_reply(const struct reply *reply, enum phase phase, struct err *err) MUST_USE;
