/* etrn.h - asking a server to send its waiting messages (ETRN); RFC 1985 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/client.h"

/*
 * Sends ETRN for a domain, or for a name after "@" or "#" as RFC 1985 section 5.3 says.
 * ERR_UNAVAILABLE: it is not offered, or not possible for this name; ERR_INPUT: the server does not
 * understand the name; the kind of remedy_kind if there is one; ERR_PROTO: any other reply that is
 * no success.
 */
bool etrn_ask(struct client *client, const char *what, struct err *err) MUST_USE;
