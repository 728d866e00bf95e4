/* hello.h - the EHLO command and its fallback HELO, with the server's capabilities */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/client.h"

/*
 * Sends EHLO with client->name, or HELO after a 5yz reply (RFC 5321 section 4.1.4); LHLO for LMTP.
 * Reads the capabilities anew. If EHLO and HELO are both refused, the error is the reply to EHLO,
 * and names HELO's reply and our name; if HELO fails otherwise, the error names the reply to EHLO.
 */
bool hello_say(struct client *client, struct err *err) MUST_USE;
