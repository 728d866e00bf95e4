/* socks.c - connecting to a host through a SOCKS5 proxy; RFC 1928 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/socks.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { VERSION = 5, NO_LOGIN = 0, NO_METHOD = 0xFF, CONNECT = 1 };
enum { TYPE_IPV4 = 1, TYPE_NAME = 3, TYPE_IPV6 = 4 };
enum { NAME_MAX_OCTETS = 255, PORT_OCTETS = 2 };

/* The codes of RFC 1928 section 6, from 1 on. */
static const struct {
	enum err_kind kind;
	const char *words;
} refusals[] = {
	{ ERR_NET, N_("the proxy has failed") },
	{ ERR_UNAVAILABLE, N_("the proxy's rules forbid this connection") },
	{ ERR_NET, N_("the proxy can't reach the relay's network") },
	{ ERR_NET, N_("the proxy can't reach the relay") },
	{ ERR_NET, N_("the relay refused the proxy's connection") },
	{ ERR_NET, N_("the proxy's way to the relay is too long (TTL expired)") },
	{ ERR_UNAVAILABLE, N_("the proxy does not make connections") },
	{ ERR_UNAVAILABLE, N_("the proxy does not take this kind of address") },
};

bool socks_judge(unsigned code, struct err *err)
{
	if (code == 0)
		return true;
	if (code > LENGTH(refusals))
		return err_set(err, ERR_UNAVAILABLE, _("the proxy refused, with code %u"), code);
	return err_set(err, refusals[code - 1].kind, "%s", _(refusals[code - 1].words));
}

static void add_octet(struct str *out, int octet)
{
	str_add_char(out, (char)octet);
}

static bool add_target(struct str *out, const char *host, struct err *err)
{
	unsigned char address[sizeof(struct in6_addr)];
	size_t len = strlen(host);

	if (inet_pton(AF_INET, host, address) == 1) {
		add_octet(out, TYPE_IPV4);
		str_add_n(out, address, sizeof(struct in_addr));
	} else if (inet_pton(AF_INET6, host, address) == 1) {
		add_octet(out, TYPE_IPV6);
		str_add_n(out, address, sizeof(struct in6_addr));
	} else if (len <= NAME_MAX_OCTETS) {
		add_octet(out, TYPE_NAME);
		add_octet(out, (int)len);
		str_add_n(out, host, len);
	} else {
		return err_set(err, ERR_NOHOST, _("the host name is too long"));
	}
	return true;
}

bool socks_add_request(struct str *out, const char *host, int port, struct err *err)
{
	static const char head[] = { VERSION, CONNECT, 0 };

	str_add_n(out, head, sizeof head);
	if (!add_target(out, host, err))
		return false;
	add_octet(out, port >> 8);
	add_octet(out, port & 0xFF);
	return true;
}

size_t socks_reply_length(const unsigned char head[SOCKS_HEAD])
{
	if (head[0] != VERSION)
		return 0;
	switch (head[3]) {
	case TYPE_IPV4:
		return 4 + sizeof(struct in_addr) + PORT_OCTETS;
	case TYPE_NAME:
		return 4 + 1 + (size_t)head[4] + PORT_OCTETS;
	case TYPE_IPV6:
		return 4 + sizeof(struct in6_addr) + PORT_OCTETS;
	default:
		return 0;
	}
}

static bool wait_for(int fd, short events, int64_t deadline, struct err *err)
{
	int ready = clock_left(deadline) == 0 ? 0 : fs_wait(fd, events, deadline);

	if (ready > 0)
		return true;
	if (ready == 0)
		return err_set(err, ERR_NET, _("the proxy does not answer"));
	return err_sys(err, ERR_NET, errno, _("cannot wait for the proxy"));
}

static bool is_worth_waiting(ssize_t moved)
{
	return moved < 0 && (errno == EAGAIN || errno == EINTR);
}

static bool send_all(int fd, const struct str *bytes, int64_t deadline, struct err *err)
{
	for (size_t sent = 0; sent < bytes->len;) {
		ssize_t n = send(fd, bytes->bytes + sent, bytes->len - sent, MSG_NOSIGNAL);
		if (n >= 0)
			sent += (size_t)n;
		else if (!is_worth_waiting(n))
			return err_sys(err, ERR_NET, errno, _("the proxy has hung up"));
		else if (!wait_for(fd, POLLOUT, deadline, err))
			return false;
	}
	return true;
}

/* Reads not an octet more, because the following ones come from the relay. */
static bool receive(int fd, unsigned char *bytes, size_t len, int64_t deadline, struct err *err)
{
	for (size_t got = 0; got < len;) {
		ssize_t n = recv(fd, bytes + got, len - got, 0);
		if (n > 0)
			got += (size_t)n;
		else if (n == 0)
			return err_set(err, ERR_NET, _("the proxy has hung up"));
		else if (!is_worth_waiting(n))
			return err_sys(err, ERR_NET, errno, _("the proxy has hung up"));
		else if (!wait_for(fd, POLLIN, deadline, err))
			return false;
	}
	return true;
}

static bool no_proxy(struct err *err)
{
	return err_set(err, ERR_PROTO, _("this is no SOCKS5 proxy"));
}

static bool agree_on_method(int fd, int64_t deadline, struct err *err)
{
	static const char offer[] = { VERSION, 1, NO_LOGIN };
	CLEANUP(str_done) struct str greeting = STR_INIT;
	unsigned char choice[2];

	str_add_n(&greeting, offer, sizeof offer);
	if (!send_all(fd, &greeting, deadline, err) ||
	    !receive(fd, choice, sizeof choice, deadline, err))
		return false;
	if (choice[0] != VERSION)
		return no_proxy(err);
	if (choice[1] == NO_METHOD)
		return err_set(err, ERR_UNAVAILABLE,
			       _("the proxy wants a login, which is not supported"));
	return choice[1] == NO_LOGIN || no_proxy(err);
}

/* The rest of a refusal does not matter, and some proxies leave it out. */
static bool read_reply(int fd, int64_t deadline, struct err *err)
{
	unsigned char reply[SOCKS_REPLY];

	if (!receive(fd, reply, 2, deadline, err))
		return false;
	if (reply[0] != VERSION)
		return no_proxy(err);
	if (!socks_judge(reply[1], err) || !receive(fd, reply + 2, SOCKS_HEAD - 2, deadline, err))
		return false;
	size_t len = socks_reply_length(reply);
	if (len == 0)
		return no_proxy(err);
	return receive(fd, reply + SOCKS_HEAD, len - SOCKS_HEAD, deadline, err);
}

bool socks_connect(int fd, const char *host, int port, int64_t deadline, struct err *err)
{
	CLEANUP(str_done) struct str request = STR_INIT;

	return socks_add_request(&request, host, port, err) && agree_on_method(fd, deadline, err) &&
	       send_all(fd, &request, deadline, err) && read_reply(fd, deadline, err);
}
