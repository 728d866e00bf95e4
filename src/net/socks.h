/* socks.h - connecting to a host through a SOCKS5 proxy; RFC 1928 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum {
	SOCKS_HEAD = 5,   /* octets of a reply that tell its length */
	SOCKS_REPLY = 262 /* the longest reply */
};

/*
 * Appends the request to connect to a host. An address is sent in binary form, a name (ASCII, 255
 * octets at most) for the proxy to look up. ERR_NOHOST: the name is too long.
 */
bool socks_add_request(struct str *out, const char *host, int port, struct err *err) MUST_USE;

/* The length of a reply, from its first octets; 0: not a SOCKS5 reply. */
size_t socks_reply_length(const unsigned char head[SOCKS_HEAD]);

/*
 * Judges a reply's code. ERR_NET for temporary failures: the proxy failed, the host was not reached
 * or refused; ERR_UNAVAILABLE for services that the proxy does not offer to this client.
 */
bool socks_judge(unsigned code, struct err *err) MUST_USE;

/*
 * Asks the proxy at the other end of a non-blocking socket to connect it to a host, without a
 * login. Reads nothing after the reply. Errors as above; ERR_PROTO: the peer is no SOCKS5 proxy;
 * ERR_NET: it hangs up, or does not answer by the deadline.
 */
bool socks_connect(int fd, const char *host, int port, int64_t deadline, struct err *err) MUST_USE;
