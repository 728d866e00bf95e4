/* endpoint.h - addresses with their ports, and the order in which they are tried; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

#include <sys/socket.h>

/* Further addresses of a host are ignored; so are those of one family beyond half of this limit. */
enum { ENDPOINTS_MAX = 32 };

struct endpoint {
	socklen_t len;
	struct sockaddr_storage address;
};

/* The addresses of a host. `canonical` is its canonical name in DNS, NULL: not known. */
struct endpoints {
	struct endpoint items[ENDPOINTS_MAX];
	size_t count;
	char *canonical;
};

void endpoints_done(struct endpoints *endpoints);

/* Appends an address. False if the list is full. */
bool endpoints_add(struct endpoints *endpoints, const struct sockaddr *address, socklen_t len);

/*
 * Alternates the address families, beginning with the family of the first address; the order within
 * each family stays (RFC 8305 section 4).
 */
void endpoints_interleave(struct endpoints *endpoints);

/* Removes the first `count` addresses. */
void endpoints_drop(struct endpoints *endpoints, size_t count);

/* Removes the addresses of other families. */
void endpoints_keep_family(struct endpoints *endpoints, int family);

/* "192.0.2.1" or "[2001:db8::1]", or the path of a unix socket; the caller frees it. */
char *endpoint_text(const struct endpoint *endpoint) MUST_USE;
