/* socks.h - through a SOCKS5 proxy to a host; RFC 1928 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum {
	SOCKS_HEAD = 5,   /* so many octets of a reply tell how long it is */
	SOCKS_REPLY = 262 /* the longest one */
};

/*
 * Appends the request to connect to a host: an address as such, a name (ASCII, 255 octets at most)
 * for the proxy to look up. ERR_NOHOST: the name is too long.
 */
bool socks_add_request(struct str *out, const char *host, int port, struct err *err) MUST_USE;

/* The length of a reply whose head this is; 0: it is none of SOCKS5. */
size_t socks_reply_length(const unsigned char head[SOCKS_HEAD]);

/*
 * Judges a reply's code. ERR_NET for what may pass: a failure of the proxy, the host not reached or
 * not willing; ERR_UNAVAILABLE for what the proxy does not do for us.
 */
bool socks_judge(unsigned code, struct err *err) MUST_USE;

/*
 * Asks the proxy at the other end of a socket that does not block to connect it to a host, without
 * logging in. Nothing behind the reply is read. The errors above; ERR_PROTO: it is no such proxy;
 * ERR_NET: it hangs up, or does not answer by the deadline.
 */
bool socks_connect(int fd, const char *host, int port, int64_t deadline, struct err *err) MUST_USE;
