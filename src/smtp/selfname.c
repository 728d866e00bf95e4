/* selfname.c - the client's own name in EHLO */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/selfname.h"

#include "base/machine.h"
#include "base/str.h"
#include "net/host.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

/* Placeholder domains that installers set on a machine without a name. */
static const char *const nowhere[] = { "localdomain", "localhost" };

static bool has_stray_hyphen(const char *name)
{
	size_t len = strlen(name);

	return name[0] == '-' || name[len - 1] == '-' || strstr(name, "-.") || strstr(name, ".-");
}

bool selfname_is_full(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (!dot || !dot[1] || !host_is_name(name) || strchr(name, '_') || has_stray_hyphen(name) ||
	    host_is_address(name))
		return false;
	for (size_t i = 0; i < LENGTH(nowhere); i++)
		if (host_is_inside(name, nowhere[i]))
			return false;
	return true;
}

static char *address_literal(int fd)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof address;
	char text[INET6_ADDRSTRLEN];
	const void *octets = NULL;

	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return NULL;
	if (address.ss_family == AF_INET)
		octets = &((const struct sockaddr_in *)&address)->sin_addr;
	else if (address.ss_family == AF_INET6)
		octets = &((const struct sockaddr_in6 *)&address)->sin6_addr;
	if (!octets || !inet_ntop(address.ss_family, octets, text, sizeof text))
		return NULL;
	return str_format(address.ss_family == AF_INET6 ? "[IPv6:%s]" : "[%s]", text);
}

char *selfname(const struct settings *settings, int fd)
{
	if (settings->origins[OPT_domain].kind != ORIGIN_DEFAULT)
		return mem_copy(settings->domain ? settings->domain : "");
	char *literal = address_literal(fd);
	const char *own = machine_name();
	if (literal && selfname_is_full(own)) {
		mem_free_at(&literal);
		return mem_copy(own);
	}
	return literal ? literal : mem_copy("localhost");
}
