/* host.c - host names and address literals */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/host.h"

#include "base/ascii.h"
#include "base/str.h"
#include "mail/idn.h"

#include <arpa/inet.h>
#include <string.h>

enum { NAME_MAX_OCTETS = 253, LABEL_MAX_OCTETS = 63 };

char *host_ascii(const char *host, struct err *err)
{
	size_t len = strlen(host);

	if (len > 2 && host[0] == '[' && host[len - 1] == ']')
		return mem_copy_n(host + 1, len - 2);
	char *ascii = idn_to_ascii(host, err);
	if (!ascii)
		err->kind = ERR_NOHOST;
	return ascii;
}

bool host_is_address(const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static size_t length_without_dot(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && name[len - 1] == '.' ? len - 1 : len;
}

bool host_is_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";
	size_t len = length_without_dot(text);

	for (size_t at = 0; at < len;) {
		size_t label = strspn(text + at, letters);
		if (label == 0 || label > LABEL_MAX_OCTETS)
			return false;
		at += label;
		if (at < len && (text[at++] != '.' || at == len))
			return false;
	}
	return len > 0 && len <= NAME_MAX_OCTETS;
}

bool host_is_inside(const char *name, const char *domain)
{
	size_t len = length_without_dot(name);
	size_t domain_len = length_without_dot(domain);

	if (domain_len == 0 || len < domain_len ||
	    !ascii_is_same(name + len - domain_len, domain, domain_len))
		return false;
	return len == domain_len || name[len - domain_len - 1] == '.';
}

char *host_place(const char *host, int port)
{
	bool is_bare_v6 = strchr(host, ':') && host[0] != '[';

	if (port == 0)
		return mem_copy(host);
	return str_format(is_bare_v6 ? "[%s]:%d" : "%s:%d", host, port);
}
