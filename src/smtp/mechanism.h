/* mechanism.h - the rows of conf/mechanism.def, and the choice of the strongest one */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/capabilities.h"

/* The account's secret that a mechanism uses. */
enum mechanism_need { NEEDS_NOTHING, NEEDS_PASSWORD, NEEDS_TOKEN };

enum mechanism_flag {
	MECHANISM_AUTOMATIC = 1 << 0,    /* "auth on" may choose it */
	MECHANISM_CLIENT_FIRST = 1 << 1, /* the client speaks first */
	MECHANISM_SCRAM = 1 << 2,        /* RFC 5802 */
	MECHANISM_PLUS = 1 << 3,         /* it is bound to the TLS session */
	MECHANISM_PROMPTED = 1 << 4,     /* each challenge is a prompt; its text does not matter */
};

/* The implementation of the client's side; each is a struct sasl_backend. */
enum mechanism_backend {
	BACKEND_GSASL,  /* libgsasl */
	BACKEND_GSSAPI, /* libgsasl in a child process, because it waits for a KDC */
	BACKEND_OAUTH,  /* oauth.c */
};

/* A row of conf/mechanism.def. */
struct mechanism {
	const char *name; /* upper case */
	enum mechanism_need need;
	unsigned flags;
	enum mechanism_backend backend;
	const char *setting; /* wants _(); NULL with MECHANISM_AUTOMATIC */
};

/* The mechanism with that number, from 0; NULL after the last. */
const struct mechanism *mechanism_at(size_t number);

/* The mechanism of that name (upper case), or NULL. */
const struct mechanism *mechanism_find(const char *name);

/*
 * The first mechanism after `last` (NULL: from the beginning) that is offered, that "auth on" may
 * choose and that needs just `need`; NULL if there is none. Without a channel binding the -PLUS
 * mechanisms are left out.
 */
const struct mechanism *mechanism_next(const struct mechanism *last, const struct capabilities *can,
				       enum mechanism_need need, bool has_binding);
