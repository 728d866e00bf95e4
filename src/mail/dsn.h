/* dsn.h - delivery status notifications */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/dsn_status.h"

/*
 * Appends the notice as a whole message, RFC 3464 in RFC 6522, to be sent with the null sender. The
 * same `dsn` gives the same bytes. Lines end CRLF and are ASCII, except that `to` and `from` stay
 * as they are; they are beyond ASCII only for a message that needed SMTPUTF8.
 */
void dsn_add(const struct dsn *dsn, struct str *out);
