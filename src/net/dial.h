/* dial.h - from the settings to a socket that is connected to the relay */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "net/endpoint.h"
#include "net/target.h"

#include <stdint.h>

/*
 * What was connected to; a text is NULL where there is none. `place` is "host:port" or the path of
 * the unix socket, `address` the host's address, `canonical` the name that it has in the end,
 * `proxy` as "proxy host:port" the way there. `names` are for the certificate. `foreign` says in
 * words where DNS has led us, if that is outside of the mail domain.
 */
struct connection_info {
	char *place;
	char *address;
	char *canonical;
	char *proxy;
	char *foreign;
	struct target_names names;
};

void connection_info_done(struct connection_info *info);

/*
 * The way to the relay: to the unix socket; or to the hosts of the settings (see target.h), one
 * after the other, directly or through the SOCKS proxy. All must be connected to by `deadline`.
 * `left` are the addresses of the present host that have not been connected to, `next` is the host
 * after it. `failures` gathers why it was none of those before.
 */
struct dialer {
	const struct settings *settings;
	int64_t deadline;
	int span; /* milliseconds from the beginning to the deadline; -1: no end */
	struct endpoint source;
	bool has_source;
	struct endpoints left;
	struct targets targets;
	size_t next;
	size_t noted; /* the host of the last failure, counted from 1 */
	struct err failures;
};

/* ERR_SYSTEM: source_ip can't be used; see targets_find for the rest. */
bool dialer_open(struct dialer *dialer, const struct settings *settings, int64_t deadline,
		 struct err *err) MUST_USE;
void dialer_done(struct dialer *dialer);

/*
 * Connects to the next host that can be reached, at whichever of its addresses answers first, or to
 * another address of the present one. Returns a socket that does not block, with TCP_NODELAY; -1
 * when none is left, with all failures that were gathered.
 *
 * ERR_NOHOST: no host's name exists; ERR_NET: no answer, refused, unreachable, for now;
 * ERR_SYSTEM: no socket, or source_ip can't be used; ERR_UNAVAILABLE, ERR_PROTO: the proxy refuses,
 * or is none; ERR_CONFIG: the socket's path is too long.
 */
int dialer_connect(struct dialer *dialer, struct connection_info *info, struct err *err) MUST_USE;

/* Whether there is another host or address, and time to connect to it. */
bool dialer_has_more(const struct dialer *dialer);
/* By when the host that was connected to has to be ready, so that other hosts have time left. */
int64_t dialer_patience(const struct dialer *dialer);
/* Gathers why what was connected to is of no use. What may pass decides the kind of them all. */
void dialer_note(struct dialer *dialer, const struct connection_info *info,
		 const struct err *failure);

/* What is to be reached, for messages: "host:port", the mail domain, or the unix socket's path. */
char *dial_destination(const struct settings *settings) MUST_USE;
