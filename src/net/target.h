/* target.h - the hosts that may be the relay, in the order in which they are tried */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/settings.h"

#include <stdint.h>

/*
 * A host that may be the relay. `domain` is the mail domain whose SRV record names it; NULL if the
 * settings name the host.
 */
struct target {
	char *host;
	int port;
	char *domain;
};

struct targets {
	struct target *items;
	size_t count;
};

void targets_done(struct targets *targets);

/*
 * Lists `host` and then `host_fallback`; or, with `host_srv`, the hosts that SRV records of the
 * mail domain `host` name, in the order of RFC 2782. ERR_NOHOST: there is no such record; ERR_NET:
 * no answer from DNS.
 */
bool targets_find(struct targets *targets, const struct settings *settings, int64_t deadline,
		  struct err *err) MUST_USE;

/*
 * The reference names (RFC 9525): a certificate must bear one of them. The first is also the server
 * name for SNI. Each is an A-label name without final dot, or an address without brackets; unused
 * ones are NULL.
 */
struct target_names {
	char *items[2];
};

void target_names_done(struct target_names *names);

/*
 * The reference names for a target: tls_host_override, else the host that the settings name. For a
 * host from an SRV record only DNS vouches; so its certificate must be for the mail domain, or for
 * the host if that is inside of the mail domain (RFC 6186 section 6, RFC 7817 section 3). `target`
 * NULL: a unix socket. ERR_NOHOST: a name can't be converted.
 */
bool target_names(const struct target *target, const struct settings *settings,
		  struct target_names *names, struct err *err) MUST_USE;

/* Whether the host comes from an SRV record and is outside of the mail domain. */
bool target_is_foreign(const struct target *target);
