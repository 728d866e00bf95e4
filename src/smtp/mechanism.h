/* mechanism.h - the SASL mechanisms: their properties, and the order of choice */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/reply.h"

/* What a mechanism has to be given. */
enum mechanism_need { NEEDS_NOTHING, NEEDS_PASSWORD, NEEDS_TOKEN };

enum mechanism_flag {
	MECHANISM_UNASKED = 1 << 0,      /* it may be chosen by itself */
	MECHANISM_CLIENT_FIRST = 1 << 1, /* the client speaks first */
	MECHANISM_SCRAM = 1 << 2,        /* RFC 5802 */
	MECHANISM_PLUS = 1 << 3,         /* it is bound to the TLS session */
	MECHANISM_PROMPTED = 1 << 4,     /* a challenge is a prompt, whatever its text */
};

/* The implementation of our side; each is a struct sasl_backend. */
enum mechanism_backend {
	BACKEND_GSASL,  /* libgsasl */
	BACKEND_GSSAPI, /* libgsasl in a child process, because it waits for a KDC */
	BACKEND_OAUTH,  /* oauth.c */
};

struct mechanism {
	const char *name;
	enum mechanism_need need;
	unsigned flags;
	enum mechanism_backend backend;
};

/* The mechanism of that name (upper case), or NULL. */
const struct mechanism *mechanism_find(const char *name);

/*
 * The strongest mechanism that is offered, may be chosen by itself and needs just that, among those
 * that are weaker than `last` (NULL: among all). Without a channel binding, -PLUS is left out.
 */
const struct mechanism *mechanism_next(const struct mechanism *last, const struct capabilities *can,
				       enum mechanism_need need, bool has_binding);
