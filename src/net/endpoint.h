/* endpoint.h - addresses with their ports, and the order in which they are tried; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <sys/socket.h>

/* Of a host with more addresses than this, or half of it in one family, the others are left out. */
enum { ENDPOINTS_MAX = 32 };

struct endpoint {
	socklen_t len;
	struct sockaddr_storage address;
};

/* The addresses of a host. `canonical` is the name that it has in the end, NULL: not known. */
struct endpoints {
	struct endpoint items[ENDPOINTS_MAX];
	size_t count;
	char *canonical;
};

void endpoints_done(struct endpoints *endpoints);

/* False where there is no room any more. */
bool endpoints_add(struct endpoints *endpoints, const struct sockaddr *address, socklen_t len);

/*
 * Lets the address families take turns, beginning with the first one's, and keeps the order within
 * each of them: RFC 8305 section 4.
 */
void endpoints_interleave(struct endpoints *endpoints);

/* Drops the first `count` addresses. */
void endpoints_drop(struct endpoints *endpoints, size_t count);

/* Drops the addresses of other families. */
void endpoints_keep_family(struct endpoints *endpoints, int family);

/* "192.0.2.1" or "[2001:db8::1]", or the path of a unix socket; the caller frees it. */
char *endpoint_text(const struct endpoint *endpoint) MUST_USE;
