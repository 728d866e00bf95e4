/* loopback.c - whether the relay is this machine */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/loopback.h"

#include "base/ascii.h"
#include "conf/hostlist.h"

#include <arpa/inet.h>
#include <string.h>

/* These names are not looked up by DNS; see net/resolve.h. */
static bool is_localhost(const char *host)
{
	static const char suffix[] = ".localhost";
	size_t len = strlen(host);
	size_t end = sizeof suffix - 1;

	len -= len > 0 && host[len - 1] == '.';
	return ascii_is(host, len, "localhost") ||
	       (len > end && ascii_is(host + len - end, end, suffix));
}

static bool is_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;

	if (is_localhost(host) || strcmp(host, "[::1]") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool loopback_has_relay(const struct settings *settings)
{
	const char *rest = settings->host_fallback ? settings->host_fallback : "";
	struct hostlist_entry entry;

	if (!settings->host || settings->proxy_host || !is_loopback(settings->host))
		return false;
	while (hostlist_next(&rest, &entry) == HOSTLIST_ENTRY) {
		CLEANUP(mem_free_at) char *host = mem_copy_n(entry.host, entry.len);
		if (!is_loopback(host))
			return false;
	}
	return true;
}
