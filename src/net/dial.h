/* dial.h - from the settings to a socket that is connected to the relay */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "net/endpoint.h"
#include "net/target.h"

#include <stdint.h>

/*
 * An established connection; a text that does not apply is NULL. `place` is "host:port" or the path
 * of the unix socket, `address` the host's address, `canonical` its canonical name in DNS, `proxy`
 * the proxy as "proxy host:port". `names` are for the certificate. `foreign` is a text for errors,
 * set if DNS has led to a host outside of the mail domain.
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
 * The search for the relay: the unix socket; or the hosts of the settings (see target.h) one after
 * the other, directly or through the SOCKS proxy. All attempts end at `deadline`. `left` are the
 * addresses of the current host that have not been tried, `next` is the index of the host after it.
 * `failures` gathers the errors of the earlier attempts.
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

/* Prepares the search. ERR_SYSTEM: source_ip can't be used; see targets_find for the rest. */
bool dialer_open(struct dialer *dialer, const struct settings *settings, int64_t deadline,
		 struct err *err) MUST_USE;
void dialer_done(struct dialer *dialer);

/*
 * Connects to the next host that can be reached, at the address that answers first, or to another
 * address of the current host. Returns a non-blocking socket with TCP_NODELAY; -1 when no host is
 * left, with all gathered failures.
 *
 * ERR_NOHOST: no host's name exists; ERR_NET: no answer, refused, or unreachable at the moment;
 * ERR_SYSTEM: no socket, or source_ip can't be used; ERR_UNAVAILABLE, ERR_PROTO: the proxy refuses,
 * or is no SOCKS proxy; ERR_CONFIG: the socket's path is too long.
 */
int dialer_connect(struct dialer *dialer, struct connection_info *info, struct err *err) MUST_USE;

/* Whether another host or address is left, and time to connect to it. */
bool dialer_has_more(const struct dialer *dialer);
/* The deadline for the host that was connected to, early enough to leave time for other hosts. */
int64_t dialer_patience(const struct dialer *dialer);
/*
 * Adds a failure of the current connection to `failures`. A temporary failure decides the kind of
 * the whole.
 */
void dialer_note(struct dialer *dialer, const struct connection_info *info,
		 const struct err *failure);

/* The destination for messages: "host:port", the mail domain, or the unix socket's path. */
char *dial_destination(const struct settings *settings) MUST_USE;
