/* target.c - the hosts that may be the relay, in the order in which they are tried */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/target.h"

#include "conf/hostlist.h"
#include "net/host.h"
#include "net/srv.h"

#include <stdlib.h>
#include <string.h>

void targets_done(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		free(targets->items[i].host);
		free(targets->items[i].domain);
	}
	free(targets->items);
	*targets = (struct targets){ 0 };
}

static void add(struct targets *targets, char *host, int port, const char *domain)
{
	mem_grow(targets->items, targets->count);
	targets->items[targets->count++] =
		(struct target){ host, port, domain ? mem_copy(domain) : NULL };
}

static void add_fallbacks(struct targets *targets, const struct settings *settings)
{
	const char *text = settings->host_fallback ? settings->host_fallback : "";
	struct hostlist_entry entry;

	while (hostlist_next(&text, &entry) == HOSTLIST_ENTRY)
		add(targets, mem_copy_n(entry.host, entry.len),
		    entry.port ? entry.port : settings->port, NULL);
}

/* The port of the settings takes precedence over the port in the record. */
static bool add_by_srv(struct targets *targets, const struct settings *settings, int64_t deadline,
		       struct err *err)
{
	const char *service = settings->tls_starttls ? SRV_SUBMISSION : SRV_SUBMISSIONS;
	CLEANUP(mem_free_at) char *domain = host_ascii(settings->host, err);
	struct srv_list list;

	if (!domain || !srv_look_up(service, domain, deadline, &list, err))
		return false;
	srv_order_by_lot(&list);
	for (size_t i = 0; i < list.count; i++)
		add(targets, mem_copy(list.items[i].target),
		    settings->port ? settings->port : list.items[i].port, domain);
	return true;
}

bool targets_find(struct targets *targets, const struct settings *settings, int64_t deadline,
		  struct err *err)
{
	*targets = (struct targets){ 0 };
	if (settings->host_srv)
		return add_by_srv(targets, settings, deadline, err);
	add(targets, mem_copy(settings->host), settings->port, NULL);
	add_fallbacks(targets, settings);
	return true;
}

void target_names_done(struct target_names *names)
{
	mem_free_at(&names->items[0]);
	mem_free_at(&names->items[1]);
}

/* Names in certificates have no final dot. */
static bool set_name(char **name, const char *host, struct err *err)
{
	*name = host_ascii(host, err);
	if (!*name)
		return false;
	size_t len = strlen(*name);
	if (len > 0 && (*name)[len - 1] == '.')
		(*name)[len - 1] = '\0';
	return true;
}

bool target_is_foreign(const struct target *target)
{
	return target->domain && !host_is_inside(target->host, target->domain);
}

bool target_names(const struct target *target, const struct settings *settings,
		  struct target_names *names, struct err *err)
{
	const char *host = target ? target->host : settings->host;

	*names = (struct target_names){ { NULL } };
	if (settings->tls_host_override)
		return set_name(&names->items[0], settings->tls_host_override, err);
	if (!target || !target->domain)
		return set_name(&names->items[0], host ? host : "", err);
	if (target_is_foreign(target))
		return set_name(&names->items[0], target->domain, err);
	return set_name(&names->items[0], target->host, err) &&
	       set_name(&names->items[1], target->domain, err);
}
