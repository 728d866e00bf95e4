/* discover.c - finding an account for a mail address by DNS */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/discover.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "deliver/report.h"
#include "mail/address_parse.h"
#include "net/host.h"
#include "net/srv.h"

#include <string.h>

enum { DNS_SECONDS = 30 };

/* The address, and the service that was found for it. `domain` is the ASCII form of its domain. */
struct finding {
	struct address address;
	char *path;
	char *domain;
	const char *service;
	struct srv server;
};

static void finding_done(struct finding *finding)
{
	address_done(&finding->address);
	mem_free_at(&finding->path);
	mem_free_at(&finding->domain);
}

static bool read_address(struct finding *finding, const char *text, struct err *err)
{
	if (!address_parse_path(text, &finding->address, err))
		return false;
	if (!finding->address.domain)
		return err_set(err, ERR_INPUT, _("the address has no domain"));
	finding->path = address_path(&finding->address);
	if (!address_check(finding->path, err))
		return false;
	finding->domain = host_ascii(finding->address.domain, err);
	if (finding->domain && host_is_name(finding->domain) && !host_is_address(finding->domain))
		return true;
	return err_set(err, ERR_INPUT, _("not a domain that can have SRV records: %s"),
		       finding->address.domain);
}

static bool look_up(struct finding *finding, const char *service, int64_t deadline, struct err *err)
{
	struct srv_list list;

	if (!srv_look_up(service, finding->domain, deadline, &list, err))
		return false;
	srv_order_by_weight(&list);
	finding->service = service;
	finding->server = list.items[0];
	return true;
}

/*
 * Looks for implicit TLS (RFC 8314), then for STARTTLS. A DNS failure is an error: it must not lead
 * to the weaker service.
 */
static bool find(struct finding *finding, struct err *err)
{
	int64_t deadline = clock_after(DNS_SECONDS);
	CLEANUP(err_done) struct err first = ERR_INIT;

	if (look_up(finding, SRV_SUBMISSIONS, deadline, err))
		return true;
	if (err->kind != ERR_NOHOST)
		return false;
	err_copy(&first, err);
	err_done(err);
	return look_up(finding, SRV_SUBMISSION, deadline, err) ||
	       err_set(err, err->kind, "%s; %s", first.text, err->text);
}

static void add_caution(const struct finding *finding, struct str *out)
{
	if (host_is_inside(finding->server.target, finding->domain))
		return;
	str_addf(out,
		 _("# Caution: %s is not inside of %s, and DNS can be forged.\n"
		   "# Use it only if your provider says that this is the right server.\n"),
		 finding->server.target, finding->domain);
}

/*
 * Names the account by the address, or by the domain if the address has ':' or ',' (special in
 * account names).
 */
static const char *account_name(const struct finding *finding)
{
	return strpbrk(finding->path, ":,\"") ? finding->domain : finding->path;
}

static void add_account(const struct finding *finding, struct str *out)
{
	const struct srv *server = &finding->server;
	bool is_starttls = strcmp(finding->service, SRV_SUBMISSION) == 0;

	str_addf(out, _("# Found by the record %s.%s in DNS\n"), finding->service, finding->domain);
	add_caution(finding, out);
	str_addf(out, "account %s\nhost %s\nport %u\ntls on\ntls_starttls %s\n",
		 account_name(finding), server->target, server->port, is_starttls ? "on" : "off");
	str_addf(out, "auth on\nuser %s\n", finding->address.local);
	str_addf(out, _("# If the server wants the whole address: user %s\n"), finding->path);
	str_add(out, _("# Let a command print the password, for example:\n"));
	str_addf(out, "# passwordeval pass show mail/%s\n", finding->domain);
	str_addf(out, "from %s\n", finding->path);
}

int discover_show(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(finding_done) struct finding finding = { 0 };

	if (!read_address(&finding, request->configured, &err)) {
		err_wrap(&err, "--configure");
		return report_error(&err);
	}
	if (!find(&finding, &err))
		return report_error(&err);
	add_account(&finding, &text);
	return report_text(&text);
}
