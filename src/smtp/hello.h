/* hello.h - introducing ourselves, and reading what the server offers */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/client.h"

/*
 * EHLO with client->name, or HELO after a 5yz to it (RFC 5321 section 4.1.4); LHLO for LMTP. Reads
 * the capabilities anew. Where EHLO and HELO are both refused, the error is the reply to EHLO, and
 * it names HELO's reply and our name as well; where HELO fails otherwise, it names the reply to
 * EHLO.
 */
bool hello_say(struct client *client, struct err *err) MUST_USE;
