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

void connection_info_done(struct connection_info *info)
{
	free(info->place);
	free(info->address);
	free(info->canonical);
	free(info->proxy);
	free(info->foreign);
	target_names_done(&info->names);
	*info = (struct connection_info){ 0 };
}

char *dial_destination(const struct settings *settings)
{
	return settings->socket ? mem_copy(settings->socket)
				: host_place(settings->host, settings->port);
}

static bool read_source(struct dialer *dialer, struct err *err)
{
	const char *text = dialer->settings->source_ip;
	CLEANUP(endpoints_done) struct endpoints found = { .count = 0 };

	if (!text)
		return true;
	if (!resolve_address(text, 0, &found))
		return err_set(err, ERR_SYSTEM, _("source_ip %s is not an IP address"), text);
	dialer->source = found.items[0];
	dialer->has_source = true;
	return true;
}

/* Addresses of a family that source_ip can't reach are skipped. */
static bool find_addresses(const struct dialer *dialer, const char *host, int port,
			   int64_t deadline, struct endpoints *endpoints, struct err *err)
{
	if (!resolve_host(host, port, deadline, endpoints, err))
		return false;
	if (dialer->has_source)
		endpoints_keep_family(endpoints, dialer->source.address.ss_family);
	endpoints_interleave(endpoints);
	return endpoints->count > 0 ||
	       err_set(err, ERR_SYSTEM, _("source_ip %s is of the other address family"),
		       dialer->settings->source_ip);
}

static void describe_failure(const struct endpoints *endpoints, const char *host, struct err *err)
{
	CLEANUP(mem_free_at) char *address = endpoint_text(&endpoints->items[0]);

	if (err->kind == ERR_NET && endpoints->count == 1 && !host_is_address(host))
		err_wrap(err, "%s", address);
	if (err->kind == ERR_NET)
		err_wrap(err, _("cannot connect"));
}

/* Connects to the address that answers first; the addresses after it stay for a later attempt. */
static int connect_address(const struct dialer *dialer, struct endpoints *endpoints,
			   const char *host, int64_t deadline, struct connection_info *info,
			   struct err *err)
{
	size_t winner;
	int fd = race_connect(endpoints, dialer->has_source ? &dialer->source : NULL, deadline,
			      &winner, err);

	if (fd < 0) {
		describe_failure(endpoints, host, err);
		return -1;
	}
	info->address = endpoint_text(&endpoints->items[winner]);
	info->canonical = endpoints->canonical ? mem_copy(endpoints->canonical) : NULL;
	endpoints_drop(endpoints, winner + 1);
	return fd;
}

/* Connects to a host; `host` is its name in ASCII. */
static int connect_host(const struct dialer *dialer, const char *host, int port, int64_t deadline,
			struct endpoints *endpoints, struct connection_info *info, struct err *err)
{
	if (!find_addresses(dialer, host, port, deadline, endpoints, err))
		return -1;
	return connect_address(dialer, endpoints, host, deadline, info, err);
}

static int connect_proxy(const struct dialer *dialer, int64_t deadline,
			 struct connection_info *info, struct err *err)
{
	const struct settings *s = dialer->settings;
	CLEANUP(mem_free_at) char *host = host_ascii(s->proxy_host, err);
	CLEANUP(mem_free_at) char *place = host_place(s->proxy_host, s->proxy_port);
	CLEANUP(connection_info_done) struct connection_info unused = { 0 };
	CLEANUP(endpoints_done) struct endpoints endpoints = { .count = 0 };
	int fd =
		host ? connect_host(dialer, host, s->proxy_port, deadline, &endpoints, &unused, err)
		     : -1;

	if (fd < 0)
		err_wrap(err, _("proxy %s"), place);
	else
		info->proxy = str_format(_("proxy %s"), place);
	return fd;
}

/* The proxy gets the host's name and looks it up itself. */
static int connect_by_proxy(const struct dialer *dialer, const char *host, int port,
			    int64_t deadline, struct connection_info *info, struct err *err)
{
	CLEANUP(fs_close_at) int fd = connect_proxy(dialer, deadline, info, err);

	if (fd < 0)
		return -1;
	if (!socks_connect(fd, host, port, deadline, err)) {
		err_wrap(err, "%s", info->proxy);
		return -1;
	}
	return fs_take_at(&fd);
}

static bool describe_target(const struct dialer *dialer, const struct target *target,
			    struct connection_info *info, struct err *err)
{
	info->place = host_place(target->host, target->port);
	if (!target_names(target, dialer->settings, &info->names, err))
		return false;
	if (target_is_foreign(target) && !dialer->settings->tls_host_override)
		info->foreign = str_format(_("DNS leads from %s to %s, which is outside of it; if "
					     "that is right, set tls_host_override %s"),
					   target->domain, target->host, target->host);
	return true;
}

static int connect_target(struct dialer *dialer, const struct target *target, int64_t deadline,
			  struct connection_info *info, struct err *err)
{
	CLEANUP(mem_free_at) char *host = host_ascii(target->host, err);

	if (!describe_target(dialer, target, info, err) || !host)
		return -1;
	if (dialer->settings->proxy_host)
		return connect_by_proxy(dialer, host, target->port, deadline, info, err);
	if (dialer->left.count > 0)
		return connect_address(dialer, &dialer->left, host, deadline, info, err);
	return connect_host(dialer, host, target->port, deadline, &dialer->left, info, err);
}

/*
 * The weight of a kind of failure: a temporary one counts more than one that a person has to mend.
 */
static int weight(enum err_kind kind)
{
	return kind == ERR_DEFER ? 3 : kind == ERR_NET ? 2 : kind == ERR_NOHOST ? 0 : 1;
}

/* The server's words stay the end of the text as long as there is only one failure. */
static void gather_failure(struct err *all, const struct err *one, const char *place)
{
	CLEANUP(mem_free_at) char *before = mem_take(&all->text);
	const struct err *first = weight(all->kind) > weight(one->kind) ? all : one;
	enum err_kind kind = first->kind;
	int code = first->code;

	err_set(all, kind, "%s; %s%s%s", before, place ? place : "", place ? ": " : "", one->text);
	all->code = code;
}

/* Callers know the place of the first host of the settings. */
static const char *place_to_tell(const struct dialer *dialer, const struct connection_info *info)
{
	bool is_first =
		dialer->next <= 1 && (!dialer->targets.count || !dialer->targets.items[0].domain);

	if (dialer->noted == dialer->next && info->address)
		return info->address;
	return is_first ? NULL : info->place;
}

/*
 * Whether a failure adds information. Among the addresses of one host, a failure with the same text
 * as the one before does not, nor does an unreachable address after a reached one.
 */
static bool is_news(const struct dialer *dialer, const struct connection_info *info,
		    const struct err *failure)
{
	size_t len = strlen(dialer->failures.text);
	size_t own = strlen(failure->text);
	bool is_same = len >= own && strcmp(dialer->failures.text + len - own, failure->text) == 0;

	return dialer->noted != dialer->next || (info->address && !is_same);
}

void dialer_note(struct dialer *dialer, const struct connection_info *info,
		 const struct err *failure)
{
	const char *place = place_to_tell(dialer, info);

	if (dialer->failures.kind == ERR_NONE) {
		err_copy(&dialer->failures, failure);
		if (place)
			err_wrap(&dialer->failures, "%s", place);
	} else if (is_news(dialer, info, failure)) {
		gather_failure(&dialer->failures, failure, place);
	}
	dialer->noted = dialer->next;
}

static size_t count_more(const struct dialer *dialer)
{
	return dialer->targets.count - dialer->next + (dialer->left.count > 0);
}

bool dialer_has_more(const struct dialer *dialer)
{
	return count_more(dialer) > 0 && clock_left(dialer->deadline) != 0;
}

int64_t dialer_patience(const struct dialer *dialer)
{
	size_t hosts = dialer->targets.count - dialer->next;

	if (dialer->span < 0 || hosts == 0 || !dialer_has_more(dialer))
		return CLOCK_NEVER;
	return clock_now() + dialer->span / (int)(1 + hosts);
}

/* Each host gets a share of the time left, so that a silent host leaves some to the others. */
static int64_t share(const struct dialer *dialer)
{
	if (dialer->deadline == CLOCK_NEVER)
		return CLOCK_NEVER;
	return clock_now() + clock_left(dialer->deadline) / (int)count_more(dialer);
}

static bool may_try_another(const struct err *err)
{
	return err->kind == ERR_NET || err->kind == ERR_NOHOST;
}

static int connect_next(struct dialer *dialer, struct connection_info *info, struct err *err)
{
	int64_t deadline = share(dialer);

	if (dialer->left.count == 0) {
		endpoints_done(&dialer->left);
		dialer->next++;
	}
	return connect_target(dialer, &dialer->targets.items[dialer->next - 1], deadline, info,
			      err);
}

static int connect_hosts(struct dialer *dialer, struct connection_info *info, struct err *err)
{
	while (count_more(dialer) > 0) {
		CLEANUP(err_done) struct err failure = ERR_INIT;
		int fd = connect_next(dialer, info, &failure);
		if (fd >= 0)
			return fd;
		dialer->left.count = 0;
		dialer_note(dialer, info, &failure);
		connection_info_done(info);
		if (!may_try_another(&failure)) {
			dialer->failures.kind = failure.kind;
			break;
		}
	}
	err_copy(err, &dialer->failures);
	return -1;
}

static int connect_unix(const struct dialer *dialer, struct connection_info *info, struct err *err)
{
	const struct settings *settings = dialer->settings;
	struct sockaddr_un place = { .sun_family = AF_UNIX };
	struct endpoints endpoints = { .count = 0 };
	size_t len = strlen(settings->socket);
	size_t winner;

	if (len >= sizeof place.sun_path) {
		err_set(err, ERR_CONFIG, _("socket: the path is longer than %zu bytes"),
			sizeof place.sun_path - 1);
		return -1;
	}
	if (!target_names(NULL, settings, &info->names, err))
		return -1;
	memcpy(place.sun_path, settings->socket, len);
	(void)endpoints_add(&endpoints, (const struct sockaddr *)&place, sizeof place);
	int fd = race_connect(&endpoints, NULL, dialer->deadline, &winner, err);
	if (fd < 0) {
		err_wrap(err, _("cannot connect"));
		return -1;
	}
	info->place = mem_copy(settings->socket);
	return fd;
}

int dialer_connect(struct dialer *dialer, struct connection_info *info, struct err *err)
{
	*info = (struct connection_info){ 0 };
	return dialer->settings->socket ? connect_unix(dialer, info, err)
					: connect_hosts(dialer, info, err);
}

bool dialer_open(struct dialer *dialer, const struct settings *settings, int64_t deadline,
		 struct err *err)
{
	*dialer = (struct dialer){ .settings = settings,
				   .deadline = deadline,
				   .span = clock_left(deadline) };
	return settings->socket || (read_source(dialer, err) &&
				    targets_find(&dialer->targets, settings, deadline, err));
}

void dialer_done(struct dialer *dialer)
{
	endpoints_done(&dialer->left);
	targets_done(&dialer->targets);
	err_done(&dialer->failures);
}
