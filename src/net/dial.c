/* dial.c - from the relay's name to a connected socket */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/dial.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/proc.h"
#include "mail/idn2.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* One address as the resolving child writes it into its pipe. */
struct place {
	int family;
	socklen_t len;
	struct sockaddr_storage address;
};

enum { PLACES_MAX = 64 };

struct question {
	const char *host;
	const char *port;
};

const char *dial_reference_name(const struct settings *settings)
{
	if (settings->tls_host_override)
		return settings->tls_host_override;
	return settings->host ? settings->host : "";
}

bool dial_is_address(const char *name)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

char *dial_ascii_name(const char *host, struct err *err)
{
	size_t len = strlen(host);

	if (len > 2 && host[0] == '[' && host[len - 1] == ']')
		return mem_copy_n(host + 1, len - 2);
	if (str_is_ascii(host, len))
		return mem_copy(host);
	if (!idn2_load(err))
		return NULL;
	char *ascii = NULL;
	int status = idn2->to_ascii_8z(host, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	if (status != IDN2_OK) {
		err_set(err, ERR_NOHOST, _("not a valid host name: %s"), idn2->strerror(status));
		return NULL;
	}
	char *copy = mem_copy(ascii);
	idn2->free(ascii);
	return copy;
}

static void add_place(struct str *out, const struct sockaddr *address, socklen_t len)
{
	struct place place = { .family = address->sa_family, .len = len };

	memcpy(&place.address, address, len);
	str_add_n(out, &place, sizeof place);
}

static int look_up(const struct question *question, int flags, struct str *out)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
					.ai_socktype = SOCK_STREAM,
					.ai_flags = flags };
	struct addrinfo *list = NULL;
	int status = getaddrinfo(question->host, question->port, &hints, &list);

	if (status != 0)
		return status;
	for (struct addrinfo *a = list; a && out->len < PLACES_MAX * sizeof(struct place);
	     a = a->ai_next)
		add_place(out, a->ai_addr, a->ai_addrlen);
	freeaddrinfo(list);
	return 0;
}

/* Runs in a child, because getaddrinfo(3) knows no deadline. */
static void answer_question(void *arg, int answer)
{
	struct str places = STR_INIT;
	int status = look_up(arg, 0, &places);

	if (!fs_write_all(answer, &status, sizeof status) ||
	    !fs_write_all(answer, places.bytes, places.len))
		_exit(1);
	str_done(&places);
}

static bool judge_lookup(int status, struct err *err)
{
	switch (status) {
	case 0:
		return true;
	case EAI_NONAME:
	case EAI_NODATA:
		return err_set(err, ERR_NOHOST, _("the host name does not exist"));
	default:
		return err_set(err, ERR_NET, _("the host name can't be looked up: %s"),
			       gai_strerror(status));
	}
}

/* An address needs no look-up, and so no child. */
static bool resolve(const char *host, int port, int64_t deadline, struct str *places,
		    struct err *err)
{
	char port_text[16];
	struct question question = { .host = host, .port = port_text };
	CLEANUP(str_done)
	struct str answer = STR_MAX(sizeof(int) + PLACES_MAX * sizeof(struct place));
	int status;

	snprintf(port_text, sizeof port_text, "%d", port);
	if (look_up(&question, AI_NUMERICHOST, places) == 0)
		return true;
	if (!proc_call(answer_question, &question, deadline, &answer, err))
		return err_wrap(err, _("looking up the host name"));
	if (answer.len < sizeof status)
		return err_set(err, ERR_NET, _("the host name can't be looked up"));
	memcpy(&status, answer.bytes, sizeof status);
	str_add_n(places, answer.bytes + sizeof status, answer.len - sizeof status);
	return judge_lookup(status, err);
}

static char *place_text(const struct place *place)
{
	char host[NI_MAXHOST];
	char port[NI_MAXSERV];

	if (getnameinfo((const struct sockaddr *)&place->address, place->len, host, sizeof host,
			port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return mem_copy("?");
	return str_format(place->family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

/* Zero, or the errno of what went wrong. */
static int finish_connect(int fd, int64_t deadline)
{
	int number = 0;
	socklen_t len = sizeof number;
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int ready;

	do
		ready = poll(&wait, 1, clock_left(deadline));
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return ETIMEDOUT;
	if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &len) < 0)
		return errno;
	return number;
}

static int connect_socket(int fd, const struct sockaddr *address, socklen_t len, int64_t deadline)
{
	if (connect(fd, address, len) == 0)
		return 0;
	if (errno != EINPROGRESS && errno != EINTR)
		return errno;
	return finish_connect(fd, deadline);
}

static bool bind_source(int fd, int family, const char *source_ip, struct err *err)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool is_v6 = inet_pton(AF_INET6, source_ip, &v6.sin6_addr) == 1;

	if (!is_v6 && inet_pton(AF_INET, source_ip, &v4.sin_addr) != 1)
		return err_set(err, ERR_SYSTEM, _("source_ip %s is not an IP address"), source_ip);
	if (family != (is_v6 ? AF_INET6 : AF_INET))
		return err_set(err, ERR_SYSTEM, _("source_ip %s is of the other address family"),
			       source_ip);
	const struct sockaddr *address =
		is_v6 ? (const struct sockaddr *)&v6 : (const struct sockaddr *)&v4;
	if (bind(fd, address, is_v6 ? sizeof v6 : sizeof v4) < 0)
		return err_sys(err, ERR_SYSTEM, errno, _("cannot use source_ip %s"), source_ip);
	return true;
}

static int open_socket(int family, struct err *err)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		err_sys(err, ERR_SYSTEM, errno, _("cannot create a socket"));
	return fd;
}

static int dial_place(const struct place *place, const struct settings *settings, int64_t deadline,
		      struct err *err)
{
	CLEANUP(fs_close_at) int fd = open_socket(place->family, err);
	static const int on = 1;

	if (fd < 0)
		return -1;
	if (settings->source_ip && !bind_source(fd, place->family, settings->source_ip, err))
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	int number =
		connect_socket(fd, (const struct sockaddr *)&place->address, place->len, deadline);
	if (number != 0) {
		err_sys(err, ERR_NET, number, _("cannot connect"));
		return -1;
	}
	int connected = fd;
	fd = -1;
	return connected;
}

/*
 * Tries the addresses in the resolver's order; one that swallows packets gets its share of the
 * time that is left and not all of it.
 */
static int dial_places(const struct str *places, const struct settings *settings, int64_t deadline,
		       bool is_literal, char **address, struct err *err)
{
	size_t count = places->len / sizeof(struct place);

	if (count == 0)
		err_set(err, ERR_NOHOST, _("the host name has no address"));
	for (size_t i = 0; i < count; i++) {
		struct place place;
		int64_t share = deadline;
		memcpy(&place, places->bytes + i * sizeof place, sizeof place);
		CLEANUP(mem_free_at) char *text = place_text(&place);
		log_debug(_("connecting to %s"), text);
		if (deadline != CLOCK_NEVER)
			share = clock_now() + clock_left(deadline) / (int64_t)(count - i);
		int fd = dial_place(&place, settings, share, err);
		if (fd >= 0) {
			*address = mem_take(&text);
			return fd;
		}
		if (!is_literal)
			err_wrap(err, "%s", text);
	}
	return -1;
}

static int dial_host(const struct settings *settings, int64_t deadline, char **address,
		     struct err *err)
{
	CLEANUP(str_done) struct str places = STR_INIT;
	CLEANUP(mem_free_at) char *host = dial_ascii_name(settings->host, err);

	if (!host || !resolve(host, settings->port, deadline, &places, err))
		return -1;
	return dial_places(&places, settings, deadline, dial_is_address(host), address, err);
}

static int dial_unix(const char *path, int64_t deadline, char **address, struct err *err)
{
	struct sockaddr_un place = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof place.sun_path) {
		err_set(err, ERR_CONFIG, _("socket: the path is longer than %zu bytes"),
			sizeof place.sun_path - 1);
		return -1;
	}
	CLEANUP(fs_close_at) int fd = open_socket(AF_UNIX, err);
	if (fd < 0)
		return -1;
	memcpy(place.sun_path, path, strlen(path));
	int number = connect_socket(fd, (const struct sockaddr *)&place, sizeof place, deadline);
	if (number != 0) {
		err_sys(err, ERR_NET, number, _("cannot connect"));
		return -1;
	}
	*address = mem_copy(path);
	int connected = fd;
	fd = -1;
	return connected;
}

int dial(const struct settings *settings, int64_t deadline, char **address, struct err *err)
{
	if (settings->socket)
		return dial_unix(settings->socket, deadline, address, err);
	return dial_host(settings, deadline, address, err);
}
