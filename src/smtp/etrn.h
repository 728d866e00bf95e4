/* etrn.h - a server is asked to send what it has for somebody */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/client.h"

/*
 * ETRN for a domain or, behind "@" or "#", as RFC 1985 section 5.3 says. ERR_UNAVAILABLE: it is not
 * offered, or not possible for this one; ERR_INPUT: it is not understood; the kind that
 * remedy_kind finds; ERR_PROTO: any other reply that is no success.
 */
bool etrn_ask(struct client *client, const char *what, struct err *err) MUST_USE;
