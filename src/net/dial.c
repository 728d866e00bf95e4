/* dial.c - from the settings to a socket that is connected to the relay */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/dial.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "net/host.h"
#include "net/race.h"
#include "net/resolve.h"
#include "net/socks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* A call to dial. `has_source`: `source` is where to connect from. */
struct call {
	const struct settings *settings;
	bool has_source;
	struct endpoint source;
};

void reached_done(struct reached *reached)
{
	free(reached->place);
	free(reached->address);
	free(reached->canonical);
	free(reached->proxy);
	free(reached->foreign);
	reference_names_done(&reached->names);
	*reached = (struct reached){ 0 };
}

char *dial_destination(const struct settings *settings)
{
	return settings->socket ? mem_copy(settings->socket)
				: host_place(settings->host, settings->port);
}

static bool read_source(struct call *call, struct err *err)
{
	const char *text = call->settings->source_ip;
	CLEANUP(endpoints_done) struct endpoints found = { .count = 0 };

	if (!text)
		return true;
	if (!resolve_address(text, 0, &found))
		return err_set(err, ERR_SYSTEM, _("source_ip %s is not an IP address"), text);
	call->source = found.items[0];
	call->has_source = true;
	return true;
}

/* Addresses that source_ip can't reach are left out. */
static bool find_addresses(const struct call *call, const char *host, int port, int64_t deadline,
			   struct endpoints *endpoints, struct err *err)
{
	if (!resolve_host(host, port, deadline, endpoints, err))
		return false;
	if (call->has_source)
		endpoints_keep_family(endpoints, call->source.address.ss_family);
	endpoints_interleave(endpoints);
	return endpoints->count > 0 ||
	       err_set(err, ERR_SYSTEM, _("source_ip %s is of the other address family"),
		       call->settings->source_ip);
}

static void describe_failure(const struct endpoints *endpoints, const char *host, struct err *err)
{
	CLEANUP(mem_free_at) char *address = endpoint_text(&endpoints->items[0]);

	if (err->kind == ERR_NET && endpoints->count == 1 && !host_is_address(host))
		err_wrap(err, "%s", address);
	if (err->kind == ERR_NET)
		err_wrap(err, _("cannot connect"));
}

/* To a host, which has a name in ASCII. */
static int connect_host(const struct call *call, const char *host, int port, int64_t deadline,
			struct reached *reached, struct err *err)
{
	CLEANUP(endpoints_done) struct endpoints endpoints = { .count = 0 };
	size_t winner;

	if (!find_addresses(call, host, port, deadline, &endpoints, err))
		return -1;
	int fd = race_connect(&endpoints, call->has_source ? &call->source : NULL, deadline,
			      &winner, err);
	if (fd < 0) {
		describe_failure(&endpoints, host, err);
		return -1;
	}
	reached->address = endpoint_text(&endpoints.items[winner]);
	reached->canonical = mem_take(&endpoints.canonical);
	return fd;
}

static int connect_proxy(const struct call *call, int64_t deadline, struct reached *reached,
			 struct err *err)
{
	const struct settings *s = call->settings;
	CLEANUP(mem_free_at) char *host = host_ascii(s->proxy_host, err);
	CLEANUP(mem_free_at) char *place = host_place(s->proxy_host, s->proxy_port);
	CLEANUP(reached_done) struct reached unused = { 0 };
	int fd = host ? connect_host(call, host, s->proxy_port, deadline, &unused, err) : -1;

	if (fd < 0)
		err_wrap(err, _("proxy %s"), place);
	else
		reached->proxy = str_format(_("proxy %s"), place);
	return fd;
}

/* The proxy gets the name, and looks it up where it is. */
static int connect_by_proxy(const struct call *call, const char *host, int port, int64_t deadline,
			    struct reached *reached, struct err *err)
{
	CLEANUP(fs_close_at) int fd = connect_proxy(call, deadline, reached, err);

	if (fd < 0)
		return -1;
	if (!socks_connect(fd, host, port, deadline, err)) {
		err_wrap(err, "%s", reached->proxy);
		return -1;
	}
	return fs_take_at(&fd);
}

static int connect_target(const struct call *call, const struct target *target, int64_t deadline,
			  struct reached *reached, struct err *err)
{
	CLEANUP(mem_free_at) char *host = host_ascii(target->host, err);

	reached->place = host_place(target->host, target->port);
	if (!host || !target_names(target, call->settings, &reached->names, err))
		return -1;
	if (target_is_foreign(target) && !call->settings->tls_host_override)
		reached->foreign =
			str_format(_("DNS leads from %s to %s, which is outside of it; where that "
				     "is right, set tls_host_override %s"),
				   target->domain, target->host, target->host);
	return call->settings->proxy_host
		       ? connect_by_proxy(call, host, target->port, deadline, reached, err)
		       : connect_host(call, host, target->port, deadline, reached, err);
}

static bool may_try_another(const struct err *err)
{
	return err->kind == ERR_NET || err->kind == ERR_NOHOST;
}

/* Puts a failure to those before; one that may pass is what counts. */
static void gather(struct err *all, const struct err *one, const char *place)
{
	enum err_kind kind = all->kind == ERR_NET ? ERR_NET : one->kind;
	CLEANUP(mem_free_at) char *before = mem_take(&all->text);

	err_set(all, kind, "%s%s%s%s%s", before ? before : "", before ? "; " : "",
		place ? place : "", place ? ": " : "", one->text);
}

/* The place of the first host of the settings is known to the caller. */
static const char *place_to_tell(const struct targets *targets, size_t index,
				 const struct reached *reached)
{
	return index > 0 || targets->items[0].domain ? reached->place : NULL;
}

/* Each gets its share of the time that is left, so that a silent one leaves some to the others. */
static int connect_one_of(const struct call *call, const struct targets *targets, int64_t deadline,
			  struct reached *reached, struct err *err)
{
	for (size_t i = 0; i < targets->count; i++) {
		CLEANUP(err_done) struct err failure = ERR_INIT;
		int64_t share = deadline;
		if (deadline != CLOCK_NEVER)
			share = clock_now() + clock_left(deadline) / (int)(targets->count - i);
		int fd = connect_target(call, &targets->items[i], share, reached, &failure);
		if (fd >= 0)
			return fd;
		gather(err, &failure, place_to_tell(targets, i, reached));
		reached_done(reached);
		if (!may_try_another(&failure)) {
			err->kind = failure.kind;
			return -1;
		}
	}
	return -1;
}

static int dial_hosts(const struct settings *settings, int64_t deadline, struct reached *reached,
		      struct err *err)
{
	struct call call = { .settings = settings };
	CLEANUP(targets_done) struct targets targets = { 0 };

	if (!read_source(&call, err) || !targets_find(&targets, settings, deadline, err))
		return -1;
	return connect_one_of(&call, &targets, deadline, reached, err);
}

static int dial_unix(const struct settings *settings, int64_t deadline, struct reached *reached,
		     struct err *err)
{
	struct sockaddr_un place = { .sun_family = AF_UNIX };
	struct endpoints endpoints = { .count = 0 };
	size_t len = strlen(settings->socket);
	size_t winner;

	if (len >= sizeof place.sun_path) {
		err_set(err, ERR_CONFIG, _("socket: the path is longer than %zu bytes"),
			sizeof place.sun_path - 1);
		return -1;
	}
	if (!target_names(NULL, settings, &reached->names, err))
		return -1;
	memcpy(place.sun_path, settings->socket, len);
	(void)endpoints_add(&endpoints, (const struct sockaddr *)&place, sizeof place);
	int fd = race_connect(&endpoints, NULL, deadline, &winner, err);
	if (fd < 0) {
		err_wrap(err, _("cannot connect"));
		return -1;
	}
	reached->place = mem_copy(settings->socket);
	return fd;
}

int dial(const struct settings *settings, int64_t deadline, struct reached *reached,
	 struct err *err)
{
	*reached = (struct reached){ 0 };
	return settings->socket ? dial_unix(settings, deadline, reached, err)
				: dial_hosts(settings, deadline, reached, err);
}
