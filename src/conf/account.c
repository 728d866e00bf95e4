/* account.c - an account: its settings, its senders, and completing it at run time */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/account.h"

#include "base/ascii.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_SMTP = 25, PORT_TLS = 465, PORT_SOCKS = 1080 };

void account_done(struct account *account)
{
	if (!account)
		return;
	free(account->name);
	free(account->own_from);
	settings_done(&account->settings);
	*account = (struct account){ 0 };
}

bool account_is_pattern(const char *text)
{
	return strpbrk(text, "?*[") != NULL;
}

/* Removes "+detail" from "user+detail@domain"; NULL if the address has none. */
static char *without_detail(const char *address)
{
	const char *plus = strchr(address, '+');
	const char *at = strchr(address, '@');

	if (!plus || !at || plus > at)
		return NULL;
	return str_format("%.*s%s", (int)(plus - address), address, at);
}

static bool matches_exactly(const char *from, const char *sender)
{
	return account_is_pattern(from) ? fnmatch(from, sender, 0) == 0
					: ascii_compare(from, sender) == 0;
}

static bool matches(const char *from, const char *sender)
{
	if (matches_exactly(from, sender))
		return true;
	CLEANUP(mem_free_at) char *plain = without_detail(sender);
	return plain && !strchr(from, '+') && matches_exactly(from, plain);
}

bool account_is_sender(const struct settings *settings, const char *address)
{
	return settings->from && matches(settings->from, address);
}

static void complete_ports(struct settings *settings)
{
	bool is_tls_at_once = settings->tls && !settings->tls_starttls;

	if (!settings->port && settings->protocol == PROTOCOL_SMTP && !settings->host_srv)
		settings->port = is_tls_at_once ? PORT_TLS : PORT_SMTP;
	if (settings->proxy_host && !settings->proxy_port)
		settings->proxy_port = PORT_SOCKS;
}

static bool expand_setting(char **text, const char *letters, const struct expansion *expansion,
			   struct err *err)
{
	if (!*text)
		return true;
	char *expanded = expand_text(*text, letters, expansion, err);
	if (!expanded)
		return false;
	free(*text);
	*text = expanded;
	return true;
}

const char *account_maildomain(const struct settings *settings)
{
	const char *domain = settings->maildomain ? settings->maildomain : "";

	return domain + (*domain == '@');
}

static void make_sender(struct settings *settings, const char *user, const char *domain)
{
	char *sender = *domain ? str_format("%s@%s", user, domain) : mem_copy(user);

	free(settings->from);
	settings->from = sender;
	settings->origins[OPT_from] = settings->origins[OPT_auto_from];
}

/* A pattern is no address, and a program that gives no sender can't be asked for one. */
static void replace_pattern(struct settings *settings)
{
	if (!settings->from || settings->origins[OPT_from].kind >= ORIGIN_MESSAGE ||
	    !account_is_pattern(settings->from))
		return;
	const char *at = strrchr(settings->from, '@');
	bool is_whole = at && at[1] && !account_is_pattern(at + 1);
	make_sender(settings, expand_user(true), is_whole ? at + 1 : account_maildomain(settings));
}

bool account_complete(struct account *account, const struct expansion *expansion, struct err *err)
{
	struct settings *settings = &account->settings;

	complete_ports(settings);
	if (!expand_setting(&settings->domain, "HCM", expansion, err))
		return err_wrap(err, "domain");
	if (settings->auto_from)
		make_sender(settings, expand_user(expansion->is_by_uid),
			    account_maildomain(settings));
	else if (!expand_setting(&settings->from, "UHCMF", expansion, err))
		return err_wrap(err, "from");
	if (expansion->is_by_uid)
		replace_pattern(settings);
	return true;
}
