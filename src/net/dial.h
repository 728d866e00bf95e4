/* dial.h - from the settings to a socket that is connected to the relay */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "net/target.h"

#include <stdint.h>

/*
 * What was connected to; a text is NULL where there is none. `place` is "host:port" or the path of
 * the unix socket, `address` the host's address, `canonical` the name that it has in the end,
 * `proxy` as "proxy host:port" the way there. `names` are for the certificate. `foreign` says in
 * words where DNS has led us, if that is outside of the mail domain.
 */
struct reached {
	char *place;
	char *address;
	char *canonical;
	char *proxy;
	char *foreign;
	struct reference_names names;
};

void reached_done(struct reached *reached);

/*
 * Connects to the relay: to the unix socket; or to the hosts of the settings (see target.h), each
 * when the one before can't be reached, at whichever of its addresses answers first, directly or
 * through the SOCKS proxy. Returns a socket that does not block, with TCP_NODELAY; -1 on failure.
 *
 * ERR_NOHOST: no host's name exists; ERR_NET: no answer, refused, unreachable, for now;
 * ERR_SYSTEM: no socket, or source_ip can't be used; ERR_UNAVAILABLE, ERR_PROTO: the proxy refuses,
 * or is none; ERR_CONFIG: the socket's path is too long.
 */
int dial(const struct settings *settings, int64_t deadline, struct reached *reached,
	 struct err *err) MUST_USE;

/* What is to be reached, for messages: "host:port", the mail domain, or the unix socket's path. */
char *dial_destination(const struct settings *settings) MUST_USE;
